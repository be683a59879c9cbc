import FindingModel
import GRDB

/// Which receipts to show.
package struct EventFilter: Sendable {
    package var source: String?
    package var outcome: EventOutcome?
    package var kind: String?
    /// Only receipts before this one, for the next page.
    package var before: UInt64?
    package var limit = 50

    package init() {}

    func fetch(_ database: Database) throws -> [EventSummary] {
        var conditions: [String] = []
        var arguments: StatementArguments = []
        func add(_ condition: String, _ value: (any DatabaseValueConvertible)?) {
            guard let value else { return }
            conditions.append(condition)
            arguments += [value]
        }
        add("s.name = ?", source)
        add("e.outcome = ?", outcome?.rawValue)
        add("e.kind = ?", kind)
        add("e.entry < ?", before.map { Int64(clamping: $0) })
        arguments += [limit]
        let filter = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
        let sql = """
            SELECT e.entry, s.name, e.received, e.outcome, e.kind, e.key, e.first, e.changes
            FROM events e JOIN sources s ON s.id = e.source \(filter) ORDER BY e.entry DESC LIMIT ?
            """
        return try Row.fetchAll(database, sql: sql, arguments: arguments).map { try EventSummary($0) }
    }
}

/// What became of one receipt.
package struct EventSummary: Sendable, Equatable {
    package let receipt: UInt64
    package let source: String
    package let receivedTime: Timestamp
    package let outcome: EventOutcome
    /// The vendor's words for what happened; nothing where the receipt was not mapped.
    package let kind: String?
    /// The vendor's event key.
    package let key: String?
    /// For a duplicate, the receipt that it repeats.
    package let first: UInt64?
    /// How many changes it made, the gateway's own notices included.
    package let changes: Int

    init(_ row: Row) throws(StateError) {
        guard let outcome = EventOutcome(rawValue: row[3]) else {
            throw StateError(.corrupt, "state.db: an event has no known outcome: move the file away, and it is made again from the journal")
        }
        receipt = UInt64(clamping: row[0] as Int64)
        source = row[1]
        receivedTime = Timestamp(milliseconds: row[2])
        self.outcome = outcome
        kind = row[4]
        key = row[5]
        first = (row[6] as Int64?).map { UInt64(clamping: $0) }
        changes = row[7]
    }
}
