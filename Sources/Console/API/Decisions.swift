import FindingModel
import JSONDocument
import State

/// What operators decide; each becomes an entry of the journal.
struct Decisions {
    let api: OperatorAPI

    init(_ api: OperatorAPI) { self.api = api }

    /// `POST /v1/journal/erase` with `{"number":"7","reason":"…","who":"…"}`.
    func erase(_ request: OperatorRequest) async throws -> OperatorResponse {
        let body = try RequestBody(request, knows: ["number", "reason"])
        let number = try body.number("number", in: 1...UInt64(Int64.max)), reason = try body.text("reason")
        let copies = try await api.live().erase(number, reason: reason, who: body.who())
        return .object { writer in
            writer.member("erased", String(number))
            writer.key("copies")
            writer.beginArray()
            for copy in copies { writer.string(copy) }
            writer.endArray()
        }
    }

    /// `POST /v1/void` with `{"source":"…","from":"…","to":"…","reason":"…","who":"…"}`: has the receipts of a source left out
    /// from a time on and before another, or from a receipt's number through another.
    func void(_ request: OperatorRequest) async throws -> OperatorResponse {
        let body = try RequestBody(request, knows: ["action", "source", "from", "to", "reason"])
        if let action = try body.optionalText("action"), action != "void" { throw OperatorError(.badRequest, "action must be void here") }
        let from = try body.bound("from"), to = try body.bound("to")
        try StretchEnds(.init("from", try body.text("from"), from), .init("to", try body.text("to"), to)).check()
        for bound in [from, to] { try api.check(bound) }
        // A name that is none would be a decision about what may never come.
        let source = try await api.source(try body.text("source")) ?? ""
        let decision = VoidDecision(source: source, beginning: from, end: to, reason: try body.text("reason"), who: try body.who())
        let report = try await api.live().void(decision)
        return .object { writer in
            writer.member("decision", String(report.decision))
            writer.member("receipts", report.receipts)
            writer.member("changes", report.changes)
            writer.key("new")
            writer.bool(report.isNew)
        }
    }

    /// `POST /v1/rebuild`: appends the difference that today's adapters make as new changes.
    func rebuild(_ request: OperatorRequest) async throws -> OperatorResponse {
        try RequestBody.checkEmpty(request)
        let changes = try await api.live().rebuild()
        return .object { writer in writer.member("changes", changes) }
    }
}
