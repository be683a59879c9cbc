import Delivery
import FindingModel
import JSONDocument
import State

/// `/v1/dead`: the changes that sinks can never take, and what a person decides about them; and those that wait.
struct DeadView {
    let api: OperatorAPI

    init(_ api: OperatorAPI) { self.api = api }

    /// `GET /v1/dead?state=dead|waiting&sink=…&id=…&limit=…&after=…`: the oldest first.
    func list(_ request: OperatorRequest) async throws -> OperatorResponse {
        let query = try Self.query(request)
        if let sink = query.sink, !api.sources.configuredSinks.contains(where: { $0.name == sink }) {
            // One that has left may have letters still, and after a reload others are configured.
            guard try await api.sources.positions().contains(where: { $0.name == sink }) else { throw OperatorError(noSink: sink) }
        }
        let page = try await api.sources.letters(query)
        var response = OperatorResponse.object { writer in
            writer.objects("dead", page.letters) { writer, letter in
                writer.member("sink", letter.sink)
                writer.member("change", letter.item.changeID)
                writer.member("type", letter.item.type)
                writer.member("uid", letter.item.uid)
                writer.member("sequence", String(letter.item.sequence))
                writer.member("since_time", letter.item.since)
                writer.member("attempts", letter.item.attempts)
                if letter.item.state != .dead {
                    writer.member("state", letter.item.state.word)
                    if letter.item.state == .retrying { writer.member("next_time", letter.item.next) }
                }
                if let status = letter.status { writer.member("status", status) }
                writer.member("words", letter.words)
            }
            writer.member("next", page.next?.text)
        }
        response.next = page.next?.text
        return response
    }

    /// What is asked for, as far as the request alone says it.
    static func query(_ request: OperatorRequest) throws(OperatorError) -> LetterQuery {
        let query = ListQuery(request), limit = try query.limit()
        let place = try query.place("dead letters", order: LetterPage.order)
        guard let after = Int64(place?.id ?? "0"), after >= 0 else {
            let text = place?.text ?? ""
            throw OperatorError(.badRequest, "after is no place in a list of dead letters: '\(text)'", hint: "after is what the page before gave as next")
        }
        let state = request["state"] ?? "dead"
        guard ["dead", "waiting"].contains(state) else { throw OperatorError(unknown: "state", state, known: ["dead", "waiting"]) }
        return LetterQuery(
            sink: request["sink"], changes: request.all("id"), isWaiting: state == "waiting", after: after, last: place?.mark, limit: limit)
    }

    /// `POST /v1/dead` with `{"action":"retry" or "drop","sink":"…"}` and either `"ids":[…]` or `"all":true`.
    func settle(_ request: OperatorRequest) async throws -> OperatorResponse {
        let body = try RequestBody(request, knows: ["action", "sink", "ids", "all"])
        let settlement: DeadLetterSettlement
        switch try body.text("action") {
        case "retry": settlement = .retry
        case "drop": settlement = .drop
        default: throw OperatorError(.badRequest, "action is retry or drop")
        }
        let sink = try body.text("sink"), named = try body.texts("ids")
        guard try body.flag("all") == (named == nil) else {
            throw OperatorError(.badRequest, named == nil ? "ids, or all: true, are needed" : "ids and all exclude each other")
        }
        let ids = named ?? []
        guard let count = try await api.live().settle(settlement, sink: sink, changes: ids) else {
            throw OperatorError(noSink: sink)
        }
        let isFull = try await api.live().sinkStatuses().first { $0.name == sink }?.isFull ?? false
        return .object { writer in
            writer.member("count", count)
            writer.key("full")
            writer.bool(settlement == .retry && isFull)
        }
    }
}
