import GRDB

/// Entries behind the position that state.db had taken in before, and takes in again because one before them can be read only now.
///
/// What a receipt was counted for, and what was told because of it, stands in state.db until its turn comes, and is neither counted nor told twice. The
/// first and the last receipt of a place of drift are receipts that showed it, though by now they may be duplicates.
struct TakenAgain {
    /// What was written of a receipt that had been mapped.
    struct Receipt {
        let outcome: EventOutcome
        let first: Int64?
        let changes: Int64

        /// Whether what its adapter did not know was counted.
        var isCounted: Bool { outcome != .duplicate }
    }

    /// The last of them; 0 where there are none.
    private var last: Int64

    init(from database: Database) throws {
        last = try Int64.fetchOne(database, sql: "SELECT max(last) FROM taken") ?? 0
    }

    /// Whether entries behind this one, or this one, were taken in before.
    func reaches(_ entry: Int64) -> Bool { entry <= last }

    func contains(_ entry: Int64, in database: Database) throws -> Bool {
        guard reaches(entry) else { return false }
        let statement = try database.cachedStatement(sql: "SELECT last FROM taken WHERE first <= ? ORDER BY first DESC LIMIT 1")
        return try Int64.fetchOne(statement, arguments: [entry]).map { entry <= $0 } ?? false
    }

    /// What became of the receipt before; nothing where it was not taken in, or could not be mapped then.
    func receipt(_ entry: Int64, in database: Database) throws -> Receipt? {
        guard try contains(entry, in: database) else { return nil }
        let statement = try database.cachedStatement(sql: "SELECT outcome, first, changes FROM events WHERE entry = ?")
        guard let row = try CheckedRow.fetchOne(statement, arguments: [entry]), let outcome = EventOutcome(rawValue: try row[0]) else { return nil }
        guard [.mapped, .duplicate, .ignored].contains(outcome) else { return nil }
        return try Receipt(outcome: outcome, first: row[1], changes: row[2])
    }

    /// Forgets them when the position has passed the last.
    mutating func flush(to database: Database, position: UInt64) throws {
        guard last > 0, Int64(clamping: position) >= last else { return }
        try database.execute(sql: "DELETE FROM taken")
        last = 0
    }
}
