import FindingModel
import GRDB
import State

/// What an erasure takes out of the ledger.
enum LedgerErasure {
    private static let uidsAtOnce = 500

    /// Gives up rows whose changes are among `changes`; those that waited behind them are due from now on.
    static func drop(_ changes: Set<String>, sink: String, now: Timestamp, after revision: Int64, _ database: Database) throws {
        guard var position = try LedgerRows.position(database, of: sink)?.position else { return }
        var open = OpenItems()
        for item in try LedgerItems.open(database, of: sink) { open.insert(item, at: now) }
        var write = LedgerWrite(position: position)
        for row in try CheckedRow.fetchAll(database, sql: "SELECT sequence, change FROM items WHERE sink = ? ORDER BY sequence", arguments: [sink]) {
            guard try changes.contains(row[1]) else { continue }
            let sequence = LedgerRows.number(try row[0])
            position.close(\.dropped)
            position.erased += 1
            write.rows.append(.remove(sequence))
            if let next = open.remove(sequence, at: now) { write.rows.append(.move(next)) }
        }
        write.position = position
        try LedgerRows.apply(write, after: revision, database)
    }

    /// Takes out what sinks said about changes of the records `uids`. What is wrong with a sink may quote anything, and so may what it said of a notice
    /// of the gateway's, of a table of findings, or about a request that it took.
    static func eraseWords(about uids: [String], _ database: Database) throws {
        for some in parts(of: uids) {
            try database.execute(
                sql: "UPDATE items SET words = '\(ErasedText.text)' WHERE words IS NOT NULL AND uid IN (\(databaseQuestionMarks(count: some.count)))",
                arguments: StatementArguments(some))
        }
        try database.execute(
            sql: """
                UPDATE items SET words = '\(ErasedText.text)' WHERE words IS NOT NULL
                    AND (type LIKE 'notice.\(GatewayNotice.prefix)%' OR sink IN (SELECT sink FROM tickets WHERE state = ?))
                """, arguments: [TicketLink.State.overflow.rawValue])
        try database.execute(sql: "UPDATE outages SET words = '\(ErasedText.text)'")
        try database.execute(sql: "UPDATE jobs SET words = '\(ErasedText.text)' WHERE words IS NOT NULL")
        // A name is one word.
        try database.execute(sql: "UPDATE deliveries SET remote_id = '\(ErasedText.text)' WHERE remote_id LIKE '% %'")
    }

    /// The tickets of the records `uids` that show anything, and the change by which each does.
    static func links(of uids: [String], _ database: Database) throws -> [ShownWords] {
        try parts(of: uids).flatMap { some in
            let marks = databaseQuestionMarks(count: some.count)
            let sql = "SELECT sink, uid FROM tickets WHERE shown IS NOT NULL AND uid IN (\(marks)) ORDER BY sink, uid"
            return try CheckedRow.fetchAll(database, sql: sql, arguments: StatementArguments(some)).map { row in
                let link = try LedgerTickets.link(database, sink: row[0], uid: row[1])
                return try ShownWords(sink: row[0], uid: row[1], change: link?.appliedChange, shown: link?.shown)
            }
        }
    }

    /// Takes out what a ticket shows.
    static func erase(_ words: ErasedWords, in link: ShownWords, _ database: Database) throws {
        let said = [words.title ? "'$.title', '\(ErasedText.text)'" : nil, words.resources ? "'$.resources', json('[]')" : nil].compactMap { $0 }
        guard !said.isEmpty else { return }
        try database.execute(
            sql: "UPDATE tickets SET shown = json_set(shown, \(said.joined(separator: ", "))) WHERE shown IS NOT NULL AND sink = ? AND uid = ?",
            arguments: [link.sink, link.uid])
    }

    private static func parts(of uids: [String]) -> [[String]] {
        stride(from: 0, to: uids.count, by: uidsAtOnce).map { Array(uids[$0..<min($0 + uidsAtOnce, uids.count)]) }
    }
}

/// The ticket of a record, as far as an erasure has to do with it.
package struct ShownWords: Equatable, Sendable {
    package let sink: String
    package let uid: String
    /// The id of the change whose state it has; nothing for what an older version wrote.
    package let change: String?
    let shown: TicketLink.Shown?

    /// What of it is to go, where `words` of the finding were the erased receipt's: those, and what the finding does not say, since a ticket keeps a title
    /// that nobody told it to change.
    package func gone(_ words: ErasedWords, of finding: Finding) -> ErasedWords {
        let present = TicketLink.Shown(finding)
        return ErasedWords(
            title: words.title || shown?.title != present.title, resources: words.resources || shown?.resources != present.resources)
    }
}

extension Ledger {
    /// Gives up what is not done with of `changes`, whose receipts were erased.
    func dropErased(_ changes: Set<String>, sink: String, now: Timestamp, after revision: Int64) async throws(LedgerError) {
        try await write { try LedgerErasure.drop(changes, sink: sink, now: now, after: revision, $0) }
    }

    /// Takes out what sinks said that may quote erased words about the records `uids`.
    package func eraseWords(about uids: [String]) async throws(LedgerError) {
        try await write { try LedgerErasure.eraseWords(about: uids, $0) }
    }

    /// The tickets of the records `uids` that show anything.
    package func shownWords(of uids: [String]) async throws(LedgerError) -> [ShownWords] { try await read { try LedgerErasure.links(of: uids, $0) } }

    /// Takes erased words out of what a ticket is known to show: the next change is compared with what is left.
    package func erase(_ words: ErasedWords, in link: ShownWords) async throws(LedgerError) {
        try await write { try LedgerErasure.erase(words, in: link, $0) }
    }

    /// The receipts of which nothing is left in state.db and here.
    package func finishedErasures() async throws(LedgerError) -> Set<UInt64> {
        try await read { Set(try Int64.fetchAll($0, sql: "SELECT receipt FROM erasures").map { LedgerRows.number($0) }) }
    }

    /// Forgets receipts that nothing but this file says were erased: their numbers may be others' by now.
    package func forgetErasures(of receipts: [UInt64]) async throws(LedgerError) {
        try await write { database in
            for receipt in receipts { try database.execute(sql: "DELETE FROM erasures WHERE receipt = ?", arguments: [LedgerRows.stored(receipt)]) }
        }
    }

    /// Notes that nothing of `receipts` is left.
    package func finishErasures(of receipts: [UInt64]) async throws(LedgerError) {
        try await write { database in
            for receipt in receipts { try database.execute(sql: "INSERT OR IGNORE INTO erasures VALUES (?)", arguments: [LedgerRows.stored(receipt)]) }
        }
    }
}
