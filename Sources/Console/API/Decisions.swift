import FindingModel
import JSONDocument
import State

/// What operators decide; each becomes an entry of the journal.
struct Decisions {
    let api: OperatorAPI

    init(_ api: OperatorAPI) { self.api = api }

    /// `POST /v1/journal/erase` with `{"number":"7","reason":"…","who":"…"}`.
    func erase(_ request: OperatorRequest) async throws -> OperatorResponse {
        let body = try body(of: request)
        guard let number = body["number"]?.stringValue.flatMap({ UInt64($0) }), let reason = body["reason"]?.stringValue, !reason.isEmpty else {
            throw OperatorError(.badRequest, "number (as text) and reason are needed")
        }
        try await api.live().erase(number, reason: reason, who: who(request, body))
        return .object { writer in writer.member("erased", String(number)) }
    }

    /// `POST /v1/void` with `{"source":"…","from":"…","to":"…","reason":"…","who":"…"}`: has the receipts of a source and time left out.
    func void(_ request: OperatorRequest) async throws -> OperatorResponse {
        let body = try body(of: request)
        func time(_ name: String) -> Timestamp? { body[name]?.stringValue.flatMap { Timestamp(rfc3339: $0.utf8) } }
        guard let source = body["source"]?.stringValue, let from = time("from"), let to = time("to"), from < to, let reason = body["reason"]?.stringValue,
            !reason.isEmpty
        else { throw OperatorError(.badRequest, "source, from, to (times such as 2026-03-02T10:00:00.000Z, from before to) and reason are needed") }
        let decision = VoidDecision(source: source, beginning: from, end: to, reason: reason, who: who(request, body))
        let changes = try await api.live().void(decision)
        return .object { writer in writer.member("changes", changes) }
    }

    /// `POST /v1/rebuild`: appends the difference that today's adapters make as new changes.
    func rebuild(_ request: OperatorRequest) async throws -> OperatorResponse {
        let changes = try await api.live().rebuild()
        return .object { writer in writer.member("changes", changes) }
    }

    private func body(of request: OperatorRequest) throws -> JSONValue {
        guard let body = try? JSONValue(parsing: request.body), body.objectValue != nil else {
            throw OperatorError(.badRequest, "the body must be a JSON object")
        }
        return body
    }

    /// The operator; commands, which come over the socket, name the system's user.
    private func who(_ request: OperatorRequest, _ body: JSONValue) -> String {
        request.who ?? body["who"]?.stringValue ?? "unknown"
    }
}
