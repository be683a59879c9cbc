import GRDB
import Journal
import Logging

/// Entries that the journal could not read when state.db came to them, and can read by now, since a segment was put back.
enum ReadableAgain {
    /// Places looked at, the oldest first: each costs a read of the journal.
    private static let placesMax = 1000

    /// Has such entries taken in: what they make comes last in the row of changes, so that every sink is told, and what came after them is taken in again,
    /// which changes nothing.
    ///
    /// - Throws: `corrupt` where a decision or a rebuild came after them, whose effects would be undone and made again: state.db is then made anew.
    static func takeIn(store: StateStore, source: EntrySource, through end: UInt64, log: Logger) throws(StateError) {
        guard let first = try first(in: store, source: source, through: end) else { return }
        let words = "entry \(first) of the journal could not be read and can be read again"
        let isPlain = try store.read { database in
            let later = ["voids", "rebuilds"].map { "EXISTS (SELECT 1 FROM \($0) WHERE entry >= \(first))" }
            return try Bool.fetchOne(database, sql: "SELECT NOT (\(later.joined(separator: " OR ")) OR EXISTS (SELECT 1 FROM erasures))") ?? false
        }
        guard isPlain else { throw StateError(.corrupt, words) }
        log.notice("\(words): it is taken in, and what came after it is looked at again")
        try JournalLoss.takeBack(store, to: first - 1, source)
    }

    /// The number from which on entries have to be taken in again; nothing where all that is missing is missing still.
    static func first(in store: StateStore, source: EntrySource, through end: UInt64) throws(StateError) -> UInt64? {
        let places = try store.read { database in
            let sql = """
                SELECT first, last, 1 FROM skipped WHERE first <= :end UNION ALL SELECT entry, entry, 0 FROM unread WHERE entry <= :end ORDER BY 1 LIMIT :limit
                """
            let arguments: StatementArguments = ["end": Int64(clamping: end), "limit": placesMax]
            return try CheckedRow.fetchAll(database, sql: sql, arguments: arguments).map { row in
                try (first: UInt64(clamping: row[0] as Int64), last: UInt64(clamping: row[1] as Int64), isWhole: row[2] as Bool)
            }
        }
        for place in places where place.first > 0 {
            var reader = source.reader(place.first)
            guard let entry = try reader.entries(limit: 1, maxBytes: 1 << 30).first, place.first <= entry.number, entry.number <= place.last else { continue }
            // Of what was missing as a whole its head alone is something; of a receipt it is its body.
            if case .unreadable = entry.body, !place.isWhole { continue }
            return place.first
        }
        return nil
    }
}
