import GRDB
import Journal
import Logging

/// Entries that the journal could not read when state.db came to them, and can read by now, since a segment was put back.
struct ReadableAgain {
    /// Places looked at in one go.
    private static let pageSize = 1000
    /// Places looked at in all, each of which costs a read of the journal: the next start goes on behind them.
    private static let placesMax = 20_000

    let store: StateStore
    let source: EntrySource
    let log: Logger

    /// Numbers that state.db has nothing of, or a receipt without its body.
    private struct Place {
        let first: UInt64
        let last: UInt64
        let isWhole: Bool
    }

    /// Has such entries taken in: what they make comes last in the row of changes, so that every sink is told, and what came after them is taken in again,
    /// which changes nothing. Where that is under way already, or an entry is amid its parts, the next start does it.
    ///
    /// - Throws: `corrupt` where a decision or a rebuild came after them, whose effects would be undone and made again: state.db is then made anew.
    func takeIn(through end: UInt64) throws(StateError) {
        let isBusy = try store.read { try Bool.fetchOne($0, sql: "SELECT EXISTS (SELECT 1 FROM taken) OR EXISTS (SELECT 1 FROM parts)") ?? false }
        guard !isBusy, let first = try first(through: end) else { return }
        let words = "entry \(first) of the journal could not be read and can be read again"
        let isPlain = try store.read { database in
            let later = ["voids", "rebuilds"].map { "EXISTS (SELECT 1 FROM \($0) WHERE entry >= \(first))" }
            return try Bool.fetchOne(database, sql: "SELECT NOT (\(later.joined(separator: " OR ")) OR EXISTS (SELECT 1 FROM erasures))") ?? false
        }
        guard isPlain else { throw StateError(.corrupt, words) }
        log.notice("\(words): it is taken in, and what came after it is looked at again")
        try TakeBack(store: store, source: source).takeAgain(from: first)
    }

    /// The number from which on entries have to be taken in again; nothing where all that was looked at is missing still.
    func first(through end: UInt64, page: Int = pageSize, most: Int = placesMax) throws(StateError) -> UInt64? {
        let start = max(0, try store.read { try Int64.fetchOne($0, sql: "SELECT after FROM unreadable_search") ?? 0 })
        var after = start, looked = 0, hasTurned = start == 0
        while looked < most {
            let places = try places(after: after, through: Int64(clamping: end), limit: min(page, most - looked))
            for place in places where try isReadable(place) { return place.first }
            looked += places.count
            if let last = places.last, !(hasTurned && start > 0 && Int64(clamping: last.first) >= start) {
                after = Int64(clamping: last.first)
            } else if hasTurned {
                // All were looked at.
                after = 0
                break
            } else {
                (after, hasTurned) = (0, true)
            }
        }
        if after != start { try write(after) }
        return nil
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
                try Place(first: UInt64(clamping: row[0] as Int64), last: UInt64(clamping: row[1] as Int64), isWhole: row[2])
            }
        }
    }

    private func isReadable(_ place: Place) throws(StateError) -> Bool {
        var reader = source.reader(place.first)
        guard let entry = try reader.entries(limit: 1, maxBytes: 1 << 30).first, place.first <= entry.number, entry.number <= place.last else { return false }
        // Of what was missing as a whole its head alone is something; of a receipt it is its body.
        if case .unreadable = entry.body { return place.isWhole }
        return true
    }
}
