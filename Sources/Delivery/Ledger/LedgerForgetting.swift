import FindingModel
import GRDB
import State

/// The statements on what the ledger keeps of a sink beside its position: which kind of system it is, and that a person gave it up.
enum LedgerForgetting {
    /// A condition on the rows of `sinks` that leaves out those which were given up; a file of an older version has none.
    static func isKnown(_ database: Database) throws -> String {
        try database.columns(in: "sinks").contains { $0.name == "forgotten" } ? "forgotten IS NULL" : "1"
    }

    static func types(_ database: Database) throws -> [String: String] {
        guard try database.columns(in: "sinks").contains(where: { $0.name == "type" }) else { return [:] }
        var types: [String: String] = [:]
        for row in try CheckedRow.fetchAll(database, sql: "SELECT name, type FROM sinks WHERE type IS NOT NULL") { types[try row["name"]] = try row["type"] }
        return types
    }

    /// What the file has of a sink for which nothing runs; nothing where none of its name ever ran, or it was given up and its tickets, if they are meant
    /// too, with it.
    static func standing(of sink: String, last: UInt64?, orTickets: Bool, _ database: Database) throws -> SinkStatus? {
        guard try database.tableExists("sinks") else { return nil }
        guard let position = try LedgerRows.positions(database).first(where: { $0.name == sink }) else {
            let sql = "SELECT EXISTS (SELECT 1 FROM tickets WHERE sink = ?)"
            guard orTickets, try database.tableExists("tickets"), try Bool.fetchOne(database, sql: sql, arguments: [sink]) == true else { return nil }
            return SinkStatus(name: sink, type: try types(database)[sink] ?? "")
        }
        return SinkStatus(
            name: sink, type: try types(database)[sink] ?? "", position: position, counts: try LedgerItems.counts(database)[sink] ?? [:],
            replays: try LedgerJobs.open(database, of: sink), last: last)
    }

    static func forget(_ sink: String, andTickets: Bool, at now: Timestamp, _ database: Database) throws {
        for job in try LedgerJobs.open(database, of: sink) { try LedgerJobs.cancel(job, at: now, database) }
        for table in ["items", "done", "told", "outages"] + (andTickets ? ["tickets"] : []) {
            try database.execute(sql: "DELETE FROM \(table) WHERE sink = ?", arguments: [sink])
        }
        // The row stays for those about what the sink was told.
        try database.execute(
            sql: "UPDATE sinks SET dropped = dropped + open, open = 0, forgotten = ? WHERE name = ?", arguments: [now.milliseconds, sink])
    }
}

extension Ledger {
    /// The word in the configuration's `type:` of each sink that ran since the ledger notes it, by name.
    package func types() async throws(LedgerError) -> [String: String] { try await read { try LedgerForgetting.types($0) } }

    /// What the ledger has of a sink for which nothing runs; nothing where none of its name ever ran, or it was given up and its tickets, if they are
    /// meant too, with it.
    func standing(of sink: String, last: UInt64?, orTickets: Bool) async throws(LedgerError) -> SinkStatus? {
        try await read { try LedgerForgetting.standing(of: sink, last: last, orTickets: orTickets, $0) }
    }

    /// Notes which kind of system a sink is.
    func note(type: String, of sink: String) async throws(LedgerError) {
        guard try await types()[sink] != type else { return }
        try await write { try $0.execute(sql: "UPDATE sinks SET type = ? WHERE name = ?", arguments: [type, sink]) }
    }

    /// Gives up how far a sink has come and whatever it has still to do: one of its name begins as a new one. What it was told stays.
    ///
    /// - Parameter andTickets: Whether it is forgotten too which ticket each finding has there, as another system has others under their numbers.
    package func forget(_ sink: String, andTickets: Bool = false, at now: Timestamp) async throws(LedgerError) {
        try await write { try LedgerForgetting.forget(sink, andTickets: andTickets, at: now, $0) }
    }
}
