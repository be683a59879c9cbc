import GRDB

/// Entries of the journal that could not be read when they were due: state.db goes on without them.
package struct UnreadableEntries: Equatable, Sendable {
    package let count: UInt64
    package let first: UInt64

    /// Nothing where `count` is none.
    package init?(count: UInt64, first: UInt64) {
        guard count > 0 else { return nil }
        self.count = count
        self.first = first
    }

    /// Reads `text`.
    package init?(_ text: String) {
        let parts = text.split(separator: "/")
        guard parts.count == 2, let count = UInt64(parts[0]), let first = UInt64(parts[1]) else { return nil }
        self.init(count: count, first: first)
    }

    /// `3/17`
    package var text: String { "\(count)/\(first)" }

    /// What that is, in one sentence without a full stop.
    package var sentence: String {
        count == 1 ? "entry \(first) of the journal cannot be read" : "\(count) entries of the journal cannot be read (first: \(first))"
    }

    /// What to do about it.
    package static let hint = "'weir journal verify' names the place"
}

extension StateQueries {
    /// Whether state.db lacks this entry because it could not be read.
    package func isUnreadable(_ number: UInt64) async throws -> Bool {
        let number = Int64(clamping: number)
        return try await store.readAsync { database in
            let sql = "SELECT EXISTS (SELECT 1 FROM skipped WHERE ? BETWEEN first AND last UNION ALL SELECT 1 FROM unread WHERE entry = ?)"
            return try CheckedRow.fetchOne(database, sql: sql, arguments: [number, number]).map { try $0[0] as Int64 != 0 } ?? false
        }
    }

    /// The entries that state.db lacks because they could not be read; nothing where there are none.
    package func unreadable() async throws -> UnreadableEntries? {
        try await store.readAsync { database in
            let sql = """
                SELECT coalesce(sum(entries), 0), coalesce(min(first), 0) FROM (
                    SELECT sum(last - first + 1) AS entries, min(first) AS first FROM skipped
                    UNION ALL SELECT count(*), min(entry) FROM unread)
                """
            guard let row = try CheckedRow.fetchOne(database, sql: sql) else { return nil }
            return try UnreadableEntries(count: UInt64(clamping: row[0] as Int64), first: UInt64(clamping: row[1] as Int64))
        }
    }
}
