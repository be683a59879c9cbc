import GRDB

/// The sources' numbers in a shadow, as those of state.db.
enum ShadowSources {
    static func numbers(of shadow: Database, in projection: Projection, _ live: Database) throws -> [Int64: Int64] {
        var numbers: [Int64: Int64] = [SourceNames.gateway: SourceNames.gateway]
        for row in try Row.fetchAll(shadow, sql: "SELECT id, name FROM sources ORDER BY id") {
            numbers[row[0]] = try projection.sources.number(of: row[1], in: live)
        }
        return numbers
    }
}

/// What a rebuild counts anew: events and their keys, outcomes, drift.
enum ShadowTables {
    private static let tables: [(name: String, source: Int?)] = [
        ("events", 1), ("event_keys", nil), ("event_key_index", nil), ("event_key_merge", nil), ("counters", 0), ("drift", 0), ("skipped", nil),
    ]

    private static let eventColumns = ["source", "received", "outcome", "kind", "key", "first"].map { "\($0) = excluded.\($0)" }.joined(separator: ", ")

    /// Replaces the tables of `live` by those of `shadow`.
    static func copy(from shadow: Database, to live: Database, sources: [Int64: Int64]) throws {
        for (name, source) in tables {
            // Which changes an event made is no matter of the shadow, which makes none: what stands there stays.
            let keeping = name == "events" ? " ON CONFLICT (entry) DO UPDATE SET \(eventColumns)" : ""
            if keeping.isEmpty { try live.execute(sql: "DELETE FROM \(name)") }
            let cursor = try Row.fetchCursor(shadow, sql: "SELECT * FROM \(name)")
            var insert: Statement?
            while let row = try cursor.next() {
                var values = Array(row.databaseValues)
                if let source, let number = Int64.fromDatabaseValue(values[source]) { values[source] = (sources[number] ?? number).databaseValue }
                let marks = values.map { _ in "?" }.joined(separator: ", ")
                let statement = try insert ?? live.makeStatement(sql: "INSERT INTO \(name) VALUES (\(marks))\(keeping)")
                insert = statement
                try statement.execute(arguments: StatementArguments(values))
            }
        }
    }
}
