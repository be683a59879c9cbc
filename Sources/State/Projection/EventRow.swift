import GRDB

/// What became of one receipt, as `weir events` shows it.
struct EventRow {
    let entry: Int64
    let source: Int64
    let received: Int64
    var outcome: EventOutcome
    var kind: String?
    /// The vendor's event key.
    var key: String?
    /// For a duplicate, the receipt that it repeats.
    var first: Int64?
    /// How many changes it made.
    var changes: Int64 = 0

    func insert(into database: Database) throws {
        try database.cachedStatement(sql: "INSERT OR REPLACE INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
            .execute(arguments: [entry, source, received, outcome.rawValue, kind, key, first, changes])
    }
}
