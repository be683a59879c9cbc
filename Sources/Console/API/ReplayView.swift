import Delivery
import FindingModel
import JSONDocument
import Journal
import State

/// `POST /v1/replays`: what a sink is to get once more; `POST /v1/replays/cancel`: that it is not to get it after all.
struct ReplayView {
    let api: OperatorAPI

    init(_ api: OperatorAPI) { self.api = api }

    /// `from` and `to` are times, both of which count, or receipts' numbers.
    ///
    /// `{"sink":"…","from":"…","to":"…","types":[…],"rate":"100","make":true}`; without `make` it only says how much that would be.
    func replay(_ request: OperatorRequest) async throws -> OperatorResponse {
        let body = try RequestBody(request, knows: ["sink", "from", "to", "types", "rate", "make"])
        let sink = try body.text("sink"), from = try body.bound("from"), last = try body.optionalBound("to"), to = last?.through
        if let last { try StretchEnds(.init("from", try body.text("from"), from), .init("to", try body.text("to"), last), isInclusive: true).check() }
        try api.check(from)
        try await api.requireWhole()
        let wish = ReplayWish(
            sink: sink, from: from, to: to, types: try body.texts("types") ?? [], rate: try body.optionalNumber("rate", in: 1...1_000_000).map { Int($0) },
            who: try body.who())
        if let word = wish.unknownType {
            throw OperatorError(.badRequest, "no change has the type '\(word)'; known: \(ChangeType.words.sorted().joined(separator: ", ")), notice.*")
        }
        guard let answer = try await api.live().replay(wish, isMade: body.flag("make")) else {
            throw OperatorError(noSink: sink)
        }
        let job = answer.job
        let stretch = job.first <= job.last ? try await api.state.stretch(job.first...job.last, from: from, to: to) : nil
        let newest = try api.live().journal.watermark
        return .object { writer in
            Self.write(job, to: &writer)
            if let stretch {
                writer.member("first_entry", String(stretch.firstEntry))
                writer.member("last_entry", String(stretch.lastEntry))
                writer.member("first_time", stretch.firstTime)
                writer.member("last_time", stretch.lastTime)
            }
            writer.member("newest_entry", String(newest))
            writer.key("repeated")
            writer.bool(answer.isRepeated)
        }
    }

    /// `{"sink":"…"}`: ends every replay of the sink that is not done.
    func cancel(_ request: OperatorRequest) async throws -> OperatorResponse {
        let body = try RequestBody(request, knows: ["sink"])
        let sink = try body.text("sink")
        guard let jobs = try await api.live().cancelReplays(sink: sink) else { throw OperatorError(noSink: sink) }
        return .object { writer in writer.objects("cancelled", jobs) { Self.write($1, to: &$0) } }
    }

    static func write(_ job: ReplayJob, to writer: inout JSONWriter) {
        writer.member("count", job.total)
        writer.member("first", job.first)
        writer.member("last", job.last)
        writer.member("cursor", job.cursor)
        writer.member("delivered", job.delivered)
        writer.member("filtered", job.filtered)
        writer.member("refused", job.refused)
        writer.member("waiting", job.waiting)
        writer.member("words", job.words)
        if !job.types.isEmpty { writer.strings("types", job.types) }
        writer.member("created_time", job.created)
        writer.member("cancelled_time", job.cancelled)
        writer.member("who", job.who)
    }
}
