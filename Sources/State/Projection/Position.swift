import Foundation
import GRDB

/// How far state.db has come: part of every transaction that takes it further.
struct Position: Equatable {
    /// The last entry that was projected.
    var entry: UInt64
    /// Which entry that was; nothing where it could not be read, or where an older version came to it.
    var proof: EntryProof?
    /// Its receipt time.
    var received: Int64
    /// The journal's tag in force; empty before the first `recovery` entry.
    var tag: String
    /// The last change.
    var sequence: Int64
    /// Receipts so far, whatever became of them.
    var receipts: Int64
    /// The number of the rules by which changes are made, as the newest `config` entry says; 0 before the first.
    var rules: Int64

    init(from database: Database) throws {
        guard let row = try CheckedRow.fetchOne(database, sql: "SELECT entry, received, tag, sequence, receipts, proof, rules FROM projection") else {
            throw StateError(.corrupt, "state.db: the position is missing: move the file away, and it is made again from the journal")
        }
        entry = UInt64(clamping: try row[0] as Int64)
        received = try row[1]
        tag = try row[2]
        sequence = try row[3]
        receipts = try row[4]
        proof = (try row[5] as Data?).map { EntryProof($0) }
        rules = try row[6]
    }

    /// Writes it down, and counts the commit that it is part of.
    func write(to database: Database) throws {
        let sql = """
            UPDATE projection SET entry = ?, received = ?, tag = ?, sequence = ?, receipts = ?, proof = ?, rules = ?, log_commits = log_commits + 1
            """
        try database.cachedStatement(sql: sql)
            .execute(arguments: [Int64(clamping: entry), received, tag, sequence, receipts, proof?.data, rules])
    }
}
