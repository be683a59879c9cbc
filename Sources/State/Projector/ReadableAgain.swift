import GRDB
import Journal

/// Entries that the journal could not read when state.db came to them, and can read by now, since a segment was put back.
struct ReadableAgain {
    /// Places looked at in one go.
    private static let pageSize = 1000
    /// Places looked at in all, each of which costs a read of the journal: the next look goes on behind them.
    private static let placesMax = 20_000

    let store: StateStore
    let source: EntrySource

    /// Numbers that state.db has nothing of, or a receipt without its body.
    private struct Place {
        let numbers: ClosedRange<UInt64>
        let isWhole: Bool
    }

    /// The entry that takes them in; nothing where all that was looked at is missing still.
    func note(through end: UInt64, page: Int = pageSize, most: Int = placesMax) throws(StateError) -> RereadNote? {
        let start = max(0, try store.read { try Int64.fetchOne($0, sql: "SELECT after FROM unreadable_search") ?? 0 })
        var after = start, looked = 0, hasTurned = start == 0, found: [ClosedRange<UInt64>] = []
        while looked < most {
            let places = try places(after: after, through: Int64(clamping: end), limit: min(page, most - looked))
            for place in places where try isReadable(place) { found.append(place.numbers) }
            looked += places.count
            if let last = places.last.map({ Int64(clamping: $0.numbers.lowerBound) }), !(hasTurned && start > 0 && last >= start) {
                after = last
            } else if hasTurned {
                // All were looked at.
                after = 0
                break
            } else {
                (after, hasTurned) = (0, true)
            }
        }
        if after != start { try write(after) }
        return found.isEmpty ? nil : RereadNote(entries: EntryRanges(found))
    }

    /// All that state.db has nothing of, or no body.
    func missing() throws(StateError) -> EntryRanges {
        try store.read { database in
            let sql = "SELECT first, last FROM skipped UNION ALL SELECT entry, entry FROM unread"
            return EntryRanges(try CheckedRow.fetchAll(database, sql: sql).map { try Self.numbers($0) })
        }
    }

    private func write(_ after: Int64) throws(StateError) {
        try store.withWriter { database in
            try database.inTransaction(.immediate) {
                try database.execute(sql: "INSERT OR REPLACE INTO unreadable_search VALUES (1, ?)", arguments: [after])
                try LogMark.count(in: database)
                return .commit
            }
        }
    }

    private func places(after: Int64, through end: Int64, limit: Int) throws(StateError) -> [Place] {
        let sql = """
            SELECT * FROM (SELECT first, last, 1 FROM skipped WHERE first > :after AND first <= :end ORDER BY first LIMIT :limit)
            UNION ALL SELECT * FROM (SELECT entry, entry, 0 FROM unread WHERE entry > :after AND entry <= :end ORDER BY entry LIMIT :limit)
            ORDER BY 1 LIMIT :limit
            """
        return try store.read { database in
            try CheckedRow.fetchAll(database, sql: sql, arguments: ["after": after, "end": end, "limit": limit]).map { row in
                try Place(numbers: Self.numbers(row), isWhole: row[2])
            }
        }
    }

    private static func numbers(_ row: CheckedRow) throws -> ClosedRange<UInt64> {
        let first = UInt64(clamping: try row[0] as Int64), last = UInt64(clamping: try row[1] as Int64)
        return first...max(first, last)
    }

    private func isReadable(_ place: Place) throws(StateError) -> Bool {
        var reader = source.reader(place.numbers.lowerBound)
        while let entry = try reader.entries(limit: 1, maxBytes: 1 << 30).first, place.numbers.contains(entry.number) {
            // Of what was missing as a whole a receipt's head alone is something; else it is the body.
            if try !source.mended(entry).isDamaged || place.isWhole && entry.kind == .receipt { return true }
        }
        return false
    }
}
