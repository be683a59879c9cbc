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
        for row in try Row.fetchWhole(database, sql: "SELECT sequence, change FROM items WHERE sink = ? ORDER BY sequence", arguments: [sink]) {
            guard changes.contains(row[1]) else { continue }
            let sequence = LedgerRows.number(row[0])
            position.close(\.dropped)
            position.erased += 1
            write.rows.append(.remove(sequence))
            if let next = open.remove(sequence, at: now) { write.rows.append(.move(next)) }
        }
        write.position = position
        try LedgerRows.apply(write, after: revision, database)
    }

    /// Takes out what sinks said about changes of the records `uids`, and what tickets show of them. What is wrong with a sink may quote anything.
    static func eraseWords(about uids: [String], _ database: Database) throws {
        for start in stride(from: 0, to: uids.count, by: uidsAtOnce) {
            let some = uids[start..<min(start + uidsAtOnce, uids.count)]
            let marks = databaseQuestionMarks(count: some.count)
            try database.execute(
                sql: "UPDATE items SET words = '\(ErasedText.text)' WHERE words IS NOT NULL AND uid IN (\(marks))", arguments: StatementArguments(some))
            try database.execute(
                sql:
                    "UPDATE tickets SET shown = json_set(shown, '$.title', '\(ErasedText.text)', '$.resources', json('[]')) WHERE shown IS NOT NULL AND uid IN (\(marks))",
                arguments: StatementArguments(some))
        }
        try database.execute(sql: "UPDATE outages SET words = '\(ErasedText.text)'")
        try database.execute(sql: "UPDATE jobs SET words = '\(ErasedText.text)' WHERE words IS NOT NULL")
    }
}

extension Ledger {
    /// Gives up what is not done with of `changes`, whose receipts were erased.
    func dropErased(_ changes: Set<String>, sink: String, now: Timestamp, after revision: Int64) async throws(LedgerError) {
        try await write { try LedgerErasure.drop(changes, sink: sink, now: now, after: revision, $0) }
    }

    /// Takes out what the ledger holds of erased words about the records `uids`.
    package func eraseWords(about uids: [String]) async throws(LedgerError) {
        try await write { try LedgerErasure.eraseWords(about: uids, $0) }
    }
}
