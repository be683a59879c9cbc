import GRDB

/// The sources' numbers in a shadow, as those of state.db.
enum ShadowSources {
    static func numbers(of shadow: Database, in projection: Projection, _ live: Database) throws -> [Int64: Int64] {
        var numbers: [Int64: Int64] = [SourceNames.gateway: SourceNames.gateway]
        for row in try CheckedRow.fetchAll(shadow, sql: "SELECT id, name FROM sources ORDER BY id") {
            numbers[try row[0]] = try projection.sources.number(of: try row[1], in: live)
        }
        return numbers
    }
}

/// What a shadow counts anew: events and their keys, outcomes, drift.
enum ShadowTables {
    struct Table {
        let name: String
        /// The first column.
        let key: String
        /// The column that names a source by its number.
        var source: Int?
        /// A column of state.db's own: which changes an event made is no matter of the shadow, which makes none.
        var kept: Int?
    }

    /// Those that grow with the journal.
    static let large = [
        Table(name: "events", key: "entry", source: 1, kept: 7), Table(name: "event_keys", key: "entry"), Table(name: "event_key_index", key: "digest"),
    ]

    private static let small = [
        Table(name: "event_key_merge", key: "id"), Table(name: "event_key_form", key: "id"), Table(name: "counters", key: "source", source: 0),
        Table(name: "drift", key: "source", source: 0),
        Table(name: "drift_told", key: "source", source: 0), Table(name: "skipped", key: "first"), Table(name: "unread", key: "entry"),
    ]

    /// Only grows: notices that the shadow would not make are kept.
    private static let added = Table(name: "drift_notices", key: "source", source: 0)

    /// What entries said that could not be read at their place, and that is not counted anew.
    private static let missed = ["voids", "quarantined", "tags", "clock_steps", "erasures"].map { Table(name: $0, key: "entry") }

    static func addWhatWasMissing(from shadow: Database, to live: Database) throws {
        for table in missed { for row in try Row.fetchAll(shadow, sql: "SELECT * FROM \(table.name)") { try table.insert(table.values(row), into: live) } }
    }

    /// What entries decided that cannot be read is decided no longer.
    static func remove(_ leftOut: EntryRanges, before entry: Int64, from live: Database) throws {
        for range in leftOut.ranges {
            let arguments: StatementArguments = [Int64(clamping: range.lowerBound), min(Int64(clamping: range.upperBound), entry - 1)]
            for table in ["voids", "rebuilds", "quarantined"] {
                try live.execute(sql: "DELETE FROM \(table) WHERE entry BETWEEN ? AND ?", arguments: arguments)
            }
        }
    }

    /// Replaces the tables that stay small by those of the shadow.
    static func replaceSmall(from shadow: Database, to live: Database, sources: [Int64: Int64]) throws {
        for row in try Row.fetchAll(shadow, sql: "SELECT * FROM \(added.name)") { try added.insert(added.values(row, sources), into: live) }
        for table in small {
            try live.execute(sql: "DELETE FROM \(table.name)")
            for row in try Row.fetchAll(shadow, sql: "SELECT * FROM \(table.name)") { try table.insert(table.values(row, sources), into: live) }
        }
    }
}

extension ShadowTables.Table {
    /// A row of the shadow as it stands in state.db.
    func values(_ row: Row, _ sources: [Int64: Int64] = [:]) -> [DatabaseValue] {
        var values = Array(row.databaseValues)
        if let source, let number = Int64.fromDatabaseValue(values[source]) { values[source] = (sources[number] ?? number).databaseValue }
        return values
    }

    func insert(_ values: [DatabaseValue], into live: Database) throws {
        let marks = values.map { _ in "?" }.joined(separator: ", ")
        try live.cachedStatement(sql: "INSERT OR REPLACE INTO \(name) VALUES (\(marks))").execute(arguments: StatementArguments(values))
    }
}

/// Brings one table of state.db in line with the shadow's, a part at a time in order of its key; done twice it changes nothing more.
struct TableSync {
    private static let partRows = 500

    private let table: ShadowTables.Table
    private var last: DatabaseValue?

    init(_ table: ShadowTables.Table) { self.table = table }

    /// Takes over the next rows; whether there are no more.
    mutating func step(from shadow: Database, to live: Database, sources: [Int64: Int64]) throws -> Bool {
        let old = try rows(in: live), new = try rows(in: shadow).map { table.values($0, sources) }
        // Where one side is full, the other is only known up to its last key.
        let ends = [old.map { $0.databaseValues.first }, new.map(\.first)].filter { $0.count == Self.partRows }.compactMap { $0.last ?? nil }
        let end = ends.min { Self.isAhead($0, of: $1) }
        func isIn(_ key: DatabaseValue) -> Bool { end.map { !Self.isAhead($0, of: key) } ?? true }
        var known: [DatabaseValue: [DatabaseValue]] = [:]
        for row in old { if let key = row.databaseValues.first, isIn(key) { known[key] = Array(row.databaseValues) } }
        try live.inTransaction(.immediate) {
            for var values in new {
                guard let key = values.first, isIn(key) else { break }
                let before = known.removeValue(forKey: key)
                if let kept = table.kept, let before { values[kept] = before[kept] }
                if before != values { try table.insert(values, into: live) }
            }
            for key in known.keys {
                try live.cachedStatement(sql: "DELETE FROM \(table.name) WHERE \(table.key) = ?").execute(arguments: [key])
            }
            try LogMark.count(in: live)
            return .commit
        }
        last = end
        return end == nil
    }

    private func rows(in database: Database) throws -> [Row] {
        let condition = last == nil ? "" : "WHERE \(table.key) > ?"
        let statement = try database.cachedStatement(sql: "SELECT * FROM \(table.name) \(condition) ORDER BY \(table.key) LIMIT \(Self.partRows)")
        return try Row.fetchAll(statement, arguments: StatementArguments(last.map { [$0] } ?? []))
    }

    /// Whether `left` comes before `right` in SQLite's order.
    private static func isAhead(_ left: DatabaseValue, of right: DatabaseValue) -> Bool {
        switch (left.storage, right.storage) {
        case (.int64(let left), .int64(let right)): left < right
        case (.blob(let left), .blob(let right)): left.lexicographicallyPrecedes(right)
        default: false
        }
    }
}
