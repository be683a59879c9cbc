import FindingModel
import JSONDocument
import State

/// `GET /v1/findings`, `/v1/scans` and `/v1/events`: lists, the newest first unless `sort` says otherwise.
struct RecordsView {
    let api: OperatorAPI

    init(_ api: OperatorAPI) { self.api = api }

    func findings(_ request: OperatorRequest) async throws -> OperatorResponse {
        try await records("findings", try Self.findingFilter(request), request)
    }

    func scans(_ request: OperatorRequest) async throws -> OperatorResponse {
        try await records("scans", try Self.scanFilter(request), request)
    }

    func events(_ request: OperatorRequest) async throws -> OperatorResponse {
        let isLines = try ListQuery(request).isLines()
        var filter = try Self.eventFilter(request)
        filter.source = try await api.source(request["source"])
        try await api.check(since: filter.since)
        let page = try await api.state.eventPage(filter)
        if page.rows.isEmpty, let kind = filter.kind, let kinds = try await api.state.kinds(besides: kind) {
            throw OperatorError(.unknownName, unknown: "kind", kind, known: kinds)
        }
        return ListPage(name: "events", items: page.rows.map(Self.json), next: page.next).response(isLines: isLines)
    }

    private func records(_ name: String, _ filter: RecordFilter, _ request: OperatorRequest) async throws -> OperatorResponse {
        let isLines = try ListQuery(request).isLines()
        var filter = filter
        filter.source = try await api.source(request["source"])
        try await api.check(since: filter.since)
        guard let page = try await api.state.records(filter) else {
            throw OperatorError(.unknownName, "there is no record '\(filter.after?.id ?? "")' to go on after")
        }
        return ListPage(name: name, items: page.rows.map(\.data.bytes), next: page.next, cut: page.cut).response(isLines: isLines)
    }

    /// An event as `weir schema event` describes it.
    static func json(_ event: EventSummary) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        write(event, to: &writer)
        writer.endObject()
        return writer.bytes
    }

    static func write(_ event: EventSummary, to writer: inout JSONWriter) {
        writer.member("receipt", String(event.receipt))
        writer.member("received_time", event.receivedTime)
        if event.wallTime != event.receivedTime { writer.member("wall_time", event.wallTime) }
        writer.member("source", event.source)
        writer.member("outcome", event.outcome.word)
        writer.member("kind", event.kind)
        writer.member("key", event.key)
        writer.member("first_receipt", event.first.map { String($0) })
        writer.member("changes", event.changes)
    }
}

// What is asked for, as far as the request alone says it: whether there is a source of that name, others know.
extension RecordsView {
    static func findingFilter(_ request: OperatorRequest) throws(OperatorError) -> RecordFilter {
        var filter = RecordFilter(.finding)
        for word in request.all("status") {
            guard let status = FindingStatus(rawValue: word) else { throw OperatorError(unknown: "status", word, known: FindingStatus.allCases.map(\.word)) }
            filter.findingStatuses.append(status)
        }
        if let word = request["min-severity"] {
            guard let severity = Severity(word: word) else { throw OperatorError(unknown: "severity", word, known: Severity.allCases.map(\.word)) }
            filter.minSeverity = severity
        }
        filter.words.vulnerability = try ListQuery(request).vulnerability()
        return try complete(filter, "findings", orders: RecordFilter.Order.allCases, request)
    }

    static func scanFilter(_ request: OperatorRequest) throws(OperatorError) -> RecordFilter {
        var filter = RecordFilter(.scan)
        for word in request.all("status") {
            guard let status = ScanStatus(rawValue: word) else { throw OperatorError(unknown: "status", word, known: ScanStatus.allCases.map(\.word)) }
            filter.scanStatuses.append(status)
        }
        return try complete(filter, "scans", orders: [.new, .old, .seen], request)
    }

    /// With what both lists understand.
    private static func complete(
        _ filter: RecordFilter, _ name: String, orders: [RecordFilter.Order], _ request: OperatorRequest
    ) throws(OperatorError) -> RecordFilter {
        let query = ListQuery(request)
        var filter = filter
        (filter.since, filter.until) = try query.stretch()
        filter.words.host = try query.host()
        filter.words.text = try query.word("text")
        filter.limit = try query.limit()
        let order = try query.order(orders.map(\.rawValue))
        filter.order = orders.first { $0.rawValue == order } ?? .new
        filter.after = try query.place(name, order: order)
        if let place = filter.after, place.mark == nil, filter.order.needsMark {
            throw OperatorError(
                .badRequest, "'\(place.id)' is no place in order '\(order)', in which records move",
                hint: "after is what the page before gave as next; in the orders new and old a uid will do")
        }
        return filter
    }

    static func eventFilter(_ request: OperatorRequest) throws(OperatorError) -> EventFilter {
        let query = ListQuery(request)
        var filter = EventFilter()
        filter.kind = try query.word("kind")
        filter.text = try query.word("text")
        filter.words.host = try query.host()
        filter.words.vulnerability = try query.vulnerability()
        (filter.since, filter.until) = try query.stretch()
        filter.limit = try query.limit()
        let order = try query.order(["new", "old"])
        filter.isOldestFirst = order == "old"
        if let word = request["outcome"] {
            guard let outcome = EventOutcome.allCases.first(where: { $0.word == word }) else {
                throw OperatorError(unknown: "outcome", word, known: EventOutcome.allCases.map(\.word))
            }
            filter.outcome = outcome
        }
        if let place = try query.place("events", order: order) {
            guard let receipt = ReceiptBound.number(place.id) else { throw OperatorError(.badRequest, "after is a receipt's number, not '\(place.id)'") }
            (filter.after, filter.last) = (receipt, place.mark.flatMap { UInt64(exactly: $0) })
        }
        return filter
    }
}
