import GRDB

/// Works one entry off in parts, each in a transaction of its own, so that neither its memory nor its time grows with what it holds.
///
/// Its units come in the same order each time; those that were stored before the process ended are passed over.
final class EntryParts {
    /// Units in one part at most.
    static let unitsMax = 500
    /// Processor time of one part at most.
    static let nanosecondsMax: Int64 = 20_000_000

    /// Units that were done when the entry was taken up, which is more than none only after the process ended amid it.
    let stored: Int
    private var units = 0
    private var unstored = 0
    /// When the part began, as far as it was looked at.
    private var began: Int64?
    private let isFull: () -> Bool
    private let store: (_ units: Int) throws -> Void

    /// - Parameters:
    ///   - isFull: Whether what waits in memory takes up as much as it may.
    ///   - store: Ends the part: everything done so far is stored, with the number of units.
    init(stored: Int, isFull: @escaping () -> Bool, store: @escaping (_ units: Int) throws -> Void) {
        self.stored = stored
        self.isFull = isFull
        self.store = store
    }

    /// Whether anything of the entry was done in an earlier part.
    var isSplit: Bool { stored > 0 || units > unstored }

    /// Does the next unit, unless it is stored already.
    func unit(_ body: () throws -> Void) throws {
        if units >= stored, isDue {
            try store(units)
            unstored = 0
            began = nil
        }
        units += 1
        guard units > stored else { return }
        try body()
        unstored += 1
    }

    private var isDue: Bool {
        guard unstored > 0 else { return false }
        if unstored >= Self.unitsMax || isFull() { return true }
        guard unstored % BatchSize.entriesBetweenLooks == 0 else { return false }
        let now = BatchSize.threadTime()
        defer { began = began ?? now }
        return began.map { now - $0 >= Self.nanosecondsMax } ?? false
    }
}

extension Database {
    /// Runs `body` in a transaction that parts of it may end, and begin another: GRDB's own takes that for an aborted one.
    func inParts(_ body: () throws -> Void) throws {
        try beginTransaction(.immediate)
        do {
            try body()
            try commit()
        } catch {
            if isInsideTransaction { try? rollback() }
            throw error
        }
    }

    /// Ends the part of an `inParts` that was done, and begins the next.
    func endPart() throws {
        try commit()
        try beginTransaction(.immediate)
    }
}

/// How far an entry was worked off that was not done when the process ended: the row of `parts`.
struct UnfinishedEntry: Equatable {
    let entry: UInt64
    let units: Int
    let changes: Int64

    init?(from database: Database) throws {
        guard let row = try CheckedRow.fetchOne(database, sql: "SELECT entry, place, changes FROM parts"), let units = Int(try row[1] as String) else {
            return nil
        }
        entry = UInt64(clamping: try row[0] as Int64)
        self.units = units
        changes = try row[2]
    }

    static func write(entry: Int64, units: Int, changes: Int64, to database: Database) throws {
        try database.cachedStatement(sql: "INSERT OR REPLACE INTO parts VALUES (1, ?, ?, ?)").execute(arguments: [entry, String(units), changes])
    }

    static func remove(from database: Database) throws { try database.execute(sql: "DELETE FROM parts") }
}
