import FindingModel
import JSONDocument
import State

/// `GET /v1/findings`, `/v1/scans` and `/v1/events`: lists, the newest first.
struct RecordsView {
    private static let limitMax = 1000

    let api: OperatorAPI

    init(_ api: OperatorAPI) { self.api = api }

    func findings(_ request: OperatorRequest) async throws -> OperatorResponse {
        var filter = RecordFilter(.finding)
        for word in request.all("status") {
            guard let status = FindingStatus(rawValue: word) else { throw unknown("status", word, FindingStatus.allCases.map(\.word)) }
            filter.findingStatuses.append(status)
        }
        if let word = request["min-severity"] {
            guard let severity = Severity(word: word) else { throw unknown("severity", word, Severity.allCases.map(\.word)) }
            filter.minSeverity = severity
        }
        return try await records("findings", filter, request)
    }

    func scans(_ request: OperatorRequest) async throws -> OperatorResponse {
        var filter = RecordFilter(.scan)
        for word in request.all("status") {
            guard let status = ScanStatus(rawValue: word) else { throw unknown("status", word, ScanStatus.allCases.map(\.word)) }
            filter.scanStatuses.append(status)
        }
        return try await records("scans", filter, request)
    }

    func events(_ request: OperatorRequest) async throws -> OperatorResponse {
        var filter = EventFilter()
        filter.source = request["source"]
        filter.kind = request["kind"]
        filter.limit = try limit(request)
        if let word = request["outcome"] {
            guard let outcome = EventOutcome.allCases.first(where: { $0.word == word }) else {
                throw unknown("outcome", word, EventOutcome.allCases.map(\.word))
            }
            filter.outcome = outcome
        }
        filter.before = try number(request, "after")
        let events = try await api.state.events(filter)
        return .object { writer in
            writer.objects("events", events) { writer, event in
                writer.member("receipt", String(event.receipt))
                writer.member("received_time", event.receivedTime)
                writer.member("source", event.source)
                writer.member("outcome", event.outcome.word)
                writer.member("kind", event.kind)
                writer.member("key", event.key)
                writer.member("first_receipt", event.first.map { String($0) })
                writer.member("changes", event.changes)
            }
            if events.count == filter.limit { writer.member("next", events.last.map { String($0.receipt) }) }
        }
    }

    private func records(_ name: String, _ filter: RecordFilter, _ request: OperatorRequest) async throws -> OperatorResponse {
        var filter = filter
        filter.source = request["source"]
        filter.limit = try limit(request)
        filter.before = request["after"]
        let records = try await api.state.records(filter)
        return .object { writer in
            writer.key(name)
            writer.beginArray()
            for record in records { writer.raw(record.data.bytes) }
            writer.endArray()
            if records.count == filter.limit { writer.member("next", records.last?.uid) }
        }
    }

    private func limit(_ request: OperatorRequest) throws -> Int {
        guard let limit = try number(request, "limit") else { return 100 }
        guard (1...UInt64(Self.limitMax)).contains(limit) else { throw OperatorError(.badRequest, "limit must be from 1 to \(Self.limitMax)") }
        return Int(limit)
    }

    private func number(_ request: OperatorRequest, _ name: String) throws -> UInt64? {
        guard let text = request[name] else { return nil }
        guard let number = UInt64(text) else { throw OperatorError(.badRequest, "\(name) must be a number") }
        return number
    }

    private func unknown(_ what: String, _ word: String, _ known: [String]) -> OperatorError {
        OperatorError(.badRequest, "unknown \(what) '\(word)' (known: \(known.joined(separator: ", ")))")
    }
}
