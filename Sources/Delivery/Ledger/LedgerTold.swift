import FindingModel
import GRDB
import State

/// The statements on what sinks have that keep one state of each record: the change by which they have it.
enum LedgerTold {
    /// Of a record, and of everything that was told before that was noted.
    struct Known: Sendable {
        /// The id of the change that the sink was told of last; nothing when it was told of none since that is noted.
        var change: String?
        /// The id of the change at the sink's cursor when that began; nothing for a sink that began later.
        var before: String?
    }

    static func apply(_ told: [String: String], sink: String, _ database: Database) throws {
        guard !told.isEmpty else { return }
        let put = try database.cachedStatement(sql: "INSERT OR REPLACE INTO told (sink, uid, change) VALUES (?, ?, ?)")
        for (uid, change) in told { try put.execute(arguments: [sink, uid, change]) }
    }

    static func known(_ database: Database, sink: String, uids: Set<String>) throws -> [String: Known] {
        let change = try database.cachedStatement(sql: "SELECT change FROM told WHERE sink = ? AND uid = ?")
        let before = try String.fetchOne(change, arguments: [sink, ""])
        var known: [String: Known] = [:]
        for uid in uids { known[uid] = try Known(change: String.fetchOne(change, arguments: [sink, uid]), before: before) }
        return known
    }
}

extension Ledger {
    /// What a sink that keeps one state of each record has of the records `uids`.
    func told(_ sink: String, of uids: Set<String>) async throws(LedgerError) -> [String: LedgerTold.Known] {
        try await read { try LedgerTold.known($0, sink: sink, uids: uids) }
    }
}
