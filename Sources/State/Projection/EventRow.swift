import GRDB

/// What became of one receipt, as `weir events` shows it.
struct EventRow {
    let entry: Int64
    let source: Int64
    let received: Int64
    /// What the wall clock said, where that is another time.
    let wall: Int64?
    var outcome: EventOutcome
    var kind: String?
    /// The vendor's event key.
    var key: String?
    /// For a duplicate, the receipt that it repeats.
    var first: Int64?
    /// How many changes it made.
    var changes: Int64 = 0
}

/// Writes what became of receipts.
struct EventWriter {
    private let statement: PreparedStatement

    init(_ database: Database) throws {
        statement = try PreparedStatement(database, "INSERT OR REPLACE INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
    }

    func write(_ row: EventRow) throws {
        try statement.run { values in
            values.add(row.entry)
            values.add(row.source)
            values.add(row.received)
            values.add(row.outcome.rawValue)
            values.add(row.kind)
            values.add(row.key)
            values.add(row.first)
            values.add(row.changes)
            values.add(row.wall)
        }
    }
}
