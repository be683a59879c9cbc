import FindingModel
import GRDB

/// Which receipts to show.
package struct EventFilter: Sendable {
    package var source: String?
    package var outcome: EventOutcome?
    package var kind: String?
    /// Only those from here on.
    package var since: ReceiptBound?
    /// Only those before this end.
    package var until: ReceiptBound?
    /// Part of the vendor's kind or key, compared without the case of ASCII letters.
    package var text: String?
    /// What must stand in a record that a receipt changed, or that the receipt changed which it repeats.
    package var words = RecordWords()
    /// The oldest first instead of the newest.
    package var isOldestFirst = false
    /// Only receipts behind this one, for the next page.
    package var after: UInt64?
    /// With the oldest first: no receipt behind this one, so that a list that grows meanwhile ends.
    package var last: UInt64?
    package var limit = 50

    package init() {}

    /// Walks along the receipts' numbers, whatever is left out.
    var query: (sql: String, arguments: StatementArguments) {
        var conditions: [String] = []
        var arguments: StatementArguments = []
        func add(_ condition: String, _ value: (any DatabaseValueConvertible)?) {
            guard let value else { return }
            conditions.append(condition)
            arguments += [value]
        }
        add("e.source = (SELECT id FROM sources WHERE name = ?)", source)
        add("e.outcome = ?", outcome?.rawValue)
        add("e.kind = ?", kind)
        if let since { add(since.begins(before: "e", entry: "e.entry", "?"), since.value) }
        if let until { add(until.ends(behind: "e", entry: "e.entry", "?"), until.value) }
        add("instr(lower(coalesce(e.kind, '') || char(10) || coalesce(e.key, '')), lower(?)) > 0", text)
        add(isOldestFirst ? "e.entry > ?" : "e.entry < ?", after.map { Int64(clamping: $0) })
        if isOldestFirst { add("e.entry <= ?", last.map { Int64(clamping: $0) }) }
        arguments += [limit]
        let filter = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
        let order = isOldestFirst ? "ASC" : "DESC"
        return ("SELECT \(EventSummary.columns) FROM \(EventSummary.tables) \(filter) ORDER BY e.entry \(order) LIMIT ?", arguments)
    }
}

/// What became of one receipt.
package struct EventSummary: Sendable, Equatable {
    static let columns = "e.entry, s.name, e.received, e.outcome, e.kind, e.key, e.first, e.changes, coalesce(e.wall, e.received)"
    static let tables = "events e LEFT JOIN sources s ON s.id = e.source"

    package let receipt: UInt64
    package let source: String
    package let receivedTime: Timestamp
    /// What the wall clock said then.
    package let wallTime: Timestamp
    package let outcome: EventOutcome
    /// The vendor's words for what happened; nothing where the receipt was not mapped.
    package let kind: String?
    /// The vendor's event key.
    package let key: String?
    /// For a duplicate, the receipt that it repeats.
    package let first: UInt64?
    /// How many changes it made, the gateway's own notices included.
    package let changes: Int

    init(_ row: CheckedRow) throws {
        guard let outcome = EventOutcome(rawValue: try row[3]) else {
            throw StateError(.corrupt, "state.db: an event has no known outcome: move the file away, and it is made again from the journal")
        }
        receipt = UInt64(clamping: try row[0] as Int64)
        source = (try row[1] as String?) ?? ""
        receivedTime = Timestamp(milliseconds: try row[2])
        self.outcome = outcome
        kind = try row[4]
        key = try row[5]
        first = (try row[6] as Int64?).map { UInt64(clamping: $0) }
        changes = try row[7]
        wallTime = Timestamp(milliseconds: try row[8])
    }
}
