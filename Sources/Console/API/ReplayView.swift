import Delivery
import FindingModel
import JSONDocument
import State

/// `POST /v1/replays`: what a sink is to get once more.
struct ReplayView {
    let api: OperatorAPI

    init(_ api: OperatorAPI) { self.api = api }

    /// `{"sink":"…","from":"…","to":"…","types":[…],"rate":"100","make":true}`; without `make` it only says how much that would be.
    func replay(_ request: OperatorRequest) async throws -> OperatorResponse {
        guard let body = try? JSONValue(parsing: request.body), let sink = body["sink"]?.stringValue, let fromText = body["from"]?.stringValue,
            let from = Timestamp(rfc3339: fromText.utf8)
        else { throw OperatorError(.badRequest, "sink and from, a time such as 2026-03-02T10:00:00.000Z, are needed") }
        var to: Timestamp?
        if let text = body["to"]?.stringValue {
            guard let time = Timestamp(rfc3339: text.utf8), time >= from else { throw OperatorError(.badRequest, "to is a time that is not before from") }
            to = time
        }
        var rate: Int?
        if let text = body["rate"]?.stringValue {
            guard let number = Int(text), (1...1_000_000).contains(number) else { throw OperatorError(.badRequest, "rate is a number from 1 to 1000000") }
            rate = number
        }
        let types = body["types"]?.arrayValue?.compactMap(\.stringValue) ?? []
        let who = request.who ?? body["who"]?.stringValue ?? "unknown"
        let wish = ReplayWish(sink: sink, from: from, to: to, types: types, rate: rate, who: who)
        if let word = wish.unknownType {
            throw OperatorError(.badRequest, "no change has the type '\(word)'; known: \(ChangeType.words.sorted().joined(separator: ", ")), notice.*")
        }
        guard let job = try await api.live().replay(wish, isMade: body["make"]?.boolValue == true) else {
            throw OperatorError(.notFound, "there is no sink '\(sink)'")
        }
        return .object { writer in Self.write(job, to: &writer) }
    }

    static func write(_ job: ReplayJob, to writer: inout JSONWriter) {
        writer.member("count", job.wanted ?? job.count)
        writer.member("first", job.first)
        writer.member("last", job.last)
        writer.member("cursor", job.cursor)
        writer.member("delivered", job.delivered)
        writer.member("filtered", job.filtered)
        writer.member("refused", job.refused)
        writer.member("words", job.words)
        writer.member("created_time", job.created)
        writer.member("who", job.who)
    }
}
