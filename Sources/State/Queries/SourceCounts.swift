import GRDB

/// What became of one source's receipts.
package struct SourceCounts: Sendable, Equatable {
    package let source: String
    package let outcomes: [EventOutcome: Int]
    /// How many places of drift the source has shown.
    package let driftPlaces: Int

    package var receipts: Int { outcomes.values.reduce(0, +) }
    /// Those that could be read and mapped.
    package var understood: Int { receipts - (outcomes[.unreadable] ?? 0) }

    static func fetch(_ database: Database) throws -> [SourceCounts] {
        var outcomes: [Int64: [EventOutcome: Int]] = [:]
        for row in try CheckedRow.fetchAll(database, sql: "SELECT source, outcome, count FROM counters WHERE count != 0") {
            guard let outcome = EventOutcome(rawValue: try row[1]) else { continue }
            outcomes[try row[0], default: [:]][outcome] = try row[2]
        }
        let drift = try CheckedRow.fetchAll(database, sql: "SELECT source, count(*) FROM drift GROUP BY source")
            .reduce(into: [Int64: Int]()) { $0[try $1[0] as Int64] = try $1[1] }
        return try CheckedRow.fetchAll(database, sql: "SELECT id, name FROM sources ORDER BY name").map { row in
            let id: Int64 = try row[0]
            return SourceCounts(source: try row[1], outcomes: outcomes[id] ?? [:], driftPlaces: drift[id] ?? 0)
        }
    }
}

/// How often a source showed one thing that its adapter does not know.
package struct DriftCount: Sendable, Equatable {
    package let place: DriftPlace
    package let count: Int
    /// The first and the last receipt that showed it.
    package let firstReceipt: UInt64
    package let lastReceipt: UInt64

    static func fetch(source: String, limit: Int, from database: Database) throws -> [DriftCount] {
        let sql = """
            SELECT kind, place, count, first_entry, last_entry FROM drift
            WHERE source = (SELECT id FROM sources WHERE name = ?) ORDER BY count DESC, kind, place LIMIT ?
            """
        return try CheckedRow.fetchAll(database, sql: sql, arguments: [source, limit]).map { row in
            try DriftCount(
                place: DriftPlace(kind: row[0], place: row[1]), count: row[2], firstReceipt: UInt64(clamping: row[3] as Int64),
                lastReceipt: UInt64(clamping: row[4] as Int64))
        }
    }
}
