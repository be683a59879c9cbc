import FindingModel
import GRDB
import State

/// The statements on open items and dead letters.
enum LedgerItems {
    private static let columns = "sequence, change, uid, type, state, attempts, since, next, waited, tries, failed, status, words"
    /// Bytes of a sink's words that are kept.
    private static let wordsMax = 4 << 10

    static func apply(_ row: LedgerWrite.Row, sink: String, _ database: Database) throws {
        switch row {
        case .put(let item, let failure): try put(item, failure, sink: sink, database)
        case .move(let item):
            let statement = try database.cachedStatement(
                sql: "UPDATE items SET state = ?, attempts = ?, next = ?, waited = ?, tries = ?, failed = ? WHERE sink = ? AND sequence = ?")
            try statement.execute(arguments: [
                item.state.rawValue, item.attempts, item.next.milliseconds, item.waited, item.tries, item.failed?.milliseconds, sink,
                LedgerRows.stored(item.sequence),
            ])
        case .remove(let sequence):
            try database.cachedStatement(sql: "DELETE FROM items WHERE sink = ? AND sequence = ?")
                .execute(arguments: [sink, LedgerRows.stored(sequence)])
        }
    }

    private static func put(_ item: OpenItem, _ failure: DeliveryFailure?, sink: String, _ database: Database) throws {
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO items (sink, \(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (sink, sequence) DO UPDATE SET state = excluded.state, attempts = excluded.attempts, next = excluded.next,
                waited = excluded.waited, tries = excluded.tries, failed = excluded.failed, status = excluded.status, words = excluded.words
                """)
        let words = failure.map { String(decoding: $0.reason.utf8.prefix(wordsMax), as: UTF8.self) }
        try statement.execute(arguments: [
            sink, LedgerRows.stored(item.sequence), item.changeID, item.uid, item.type, item.state.rawValue, item.attempts, item.since.milliseconds,
            item.next.milliseconds, item.waited, item.tries, item.failed?.milliseconds, failure?.status, words,
        ])
    }

    /// The sink's items that are not dead, by sequence.
    static func open(_ database: Database, of sink: String) throws -> [OpenItem] {
        let sql = "SELECT \(columns) FROM items WHERE sink = ? AND state <> ? ORDER BY sequence"
        return try CheckedRow.fetchAll(database, sql: sql, arguments: [sink, OpenItem.State.dead.rawValue]).compactMap { try item($0) }
    }

    /// Dead letters, or changes that wait, with the sinks' words, the oldest first.
    static func letters(_ database: Database, _ query: LetterQuery) throws -> [DeadLetter] {
        let states: [OpenItem.State] = query.isWaiting ? [.retrying, .held] : [.dead]
        var conditions = "state IN (\(databaseQuestionMarks(count: states.count))) AND id > ?"
        var arguments = StatementArguments(states.map(\.rawValue)) + [query.after]
        if let last = query.last {
            conditions += " AND id <= ?"
            arguments += [last]
        }
        if let sink = query.sink {
            conditions += " AND sink = ?"
            arguments += [sink]
        }
        let changes = query.changes
        if !changes.isEmpty {
            let marks = databaseQuestionMarks(count: changes.count)
            conditions += " AND (change IN (\(marks)) OR uid IN (\(marks)))"
            arguments += StatementArguments(changes + changes)
        }
        let sql = "SELECT id, sink, \(columns) FROM items WHERE \(conditions) ORDER BY id LIMIT ?"
        return try CheckedRow.fetchAll(database, sql: sql, arguments: arguments + [query.limit]).compactMap { row in
            guard let item = try item(row) else { return nil }
            return try DeadLetter(row: row["id"], sink: row["sink"], item: item, status: row["status"], words: row["words"])
        }
    }

    /// A page of them, and where the next one begins.
    static func page(_ database: Database, _ query: LetterQuery) throws -> LetterPage {
        var wide = query
        // What comes while pages are read belongs to the next list.
        wide.last = try query.last ?? Int64.fetchOne(database, sql: "SELECT coalesce(max(id), 0) FROM items") ?? 0
        // One more than fits says whether there is anything behind.
        wide.limit = query.limit + 1
        let letters = try letters(database, wide), shown = letters.prefix(query.limit)
        let next = letters.count > shown.count ? shown.last.map { ListPlace(order: LetterPage.order, mark: wide.last, id: String($0.row)) } : nil
        return LetterPage(letters: Array(shown), next: next)
    }

    /// How many items each sink has in each state.
    static func counts(_ database: Database) throws -> [String: [OpenItem.State: UInt64]] {
        guard try database.tableExists("items") else { return [:] }
        var counts: [String: [OpenItem.State: UInt64]] = [:]
        for row in try CheckedRow.fetchAll(database, sql: "SELECT sink, state, count(*) FROM items GROUP BY sink, state") {
            let sink: String = try row[0]
            let code: Int = try row[1]
            if let state = OpenItem.State(rawValue: code) { counts[sink, default: [:]][state] = LedgerRows.number(try row[2]) }
        }
        return counts
    }

    /// The ids of the changes that have rows.
    static func ids(_ database: Database, of sink: String) throws -> [String] {
        try String.fetchAll(database, sql: "SELECT change FROM items WHERE sink = ?", arguments: [sink])
    }

    /// Gives each item the sequence that its change has by `places` and removes the others; returns how many those were.
    static func realign(_ places: [String: UInt64], sink: String, _ database: Database) throws -> Int {
        // Negative numbers meanwhile, so that no two rows meet.
        let number = try database.cachedStatement(sql: "UPDATE items SET sequence = ? WHERE sink = ? AND change = ?")
        for (id, sequence) in places { try number.execute(arguments: [-1 - LedgerRows.stored(sequence), sink, id]) }
        try database.execute(sql: "DELETE FROM items WHERE sink = ? AND sequence >= 0", arguments: [sink])
        let gone = database.changesCount
        try database.execute(sql: "UPDATE items SET sequence = -1 - sequence WHERE sink = ?", arguments: [sink])
        return gone
    }

    /// Removes the items whose changes the sink comes to again; returns how many those were.
    static func remove(above cursor: UInt64, sink: String, _ database: Database) throws -> Int {
        try database.execute(sql: "DELETE FROM items WHERE sink = ? AND sequence > ?", arguments: [sink, LedgerRows.stored(cursor)])
        return database.changesCount
    }

    private static func item(_ row: CheckedRow) throws -> OpenItem? {
        let code: Int = try row["state"]
        guard let state = OpenItem.State(rawValue: code) else { return nil }
        var item = try OpenItem(
            sequence: LedgerRows.number(row["sequence"]), changeID: row["change"], uid: row["uid"], type: row["type"], state: state,
            attempts: row["attempts"], since: Timestamp(milliseconds: row["since"]), next: Timestamp(milliseconds: row["next"]), waited: row["waited"])
        item.tries = try row["tries"]
        let failed: Int64? = try row["failed"]
        item.failed = failed.map { Timestamp(milliseconds: $0) }
        return item
    }
}

/// Which dead letters are meant, or which of the changes that wait.
package struct LetterQuery: Sendable {
    /// Of all sinks when it is left out.
    package var sink: String?
    /// Only those of these changes' ids, or records' uids; none for all.
    package var changes: [String] = []
    /// Whether what was put off, and what is held behind that, is asked for in the place of what is dead.
    package var isWaiting = false
    /// Only those behind this row; for reading on.
    package var after: Int64 = 0
    /// No row behind this one, so that a list that grows meanwhile ends.
    package var last: Int64?
    package var limit: Int

    package init(sink: String?, changes: [String] = [], isWaiting: Bool = false, after: Int64 = 0, last: Int64? = nil, limit: Int) {
        self.sink = sink
        self.last = last
        self.changes = changes
        self.isWaiting = isWaiting
        self.after = after
        self.limit = limit
    }
}

/// Some dead letters, or some of the changes that wait.
package struct LetterPage: Sendable {
    /// The only order there is: the oldest first.
    package static let order = "old"

    package let letters: [DeadLetter]
    /// Where to go on; nothing at the list's end.
    package let next: ListPlace?

    package init(letters: [DeadLetter] = [], next: ListPlace? = nil) {
        self.letters = letters
        self.next = next
    }
}

/// A change that a sink can never take, with its own words, until a person retries or drops it; or one that waits.
package struct DeadLetter: Hashable, Sendable {
    /// The number of its row: grows with each that is made.
    package let row: Int64
    package let sink: String
    package let item: OpenItem
    package let status: Int?
    package let words: String?
}
