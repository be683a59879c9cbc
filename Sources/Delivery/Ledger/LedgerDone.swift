import FindingModel
import GRDB
import State

/// The statements on what is done above the cursors.
enum LedgerDone {
    static func apply(_ write: LedgerWrite, _ database: Database) throws {
        let sink = write.position.name
        for done in write.done {
            try database.cachedStatement(sql: "INSERT OR REPLACE INTO done (sink, sequence, change, superseded) VALUES (?, ?, ?, ?)")
                .execute(arguments: [sink, LedgerRows.stored(done.sequence), done.changeID, done.isSuperseded])
        }
        guard write.dropsDone else { return }
        try database.cachedStatement(sql: "DELETE FROM done WHERE sink = ? AND sequence <= ?")
            .execute(arguments: [sink, LedgerRows.stored(write.position.cursor)])
    }

    static func all(_ database: Database, of sink: String) throws -> [DoneAbove] {
        let sql = "SELECT sequence, change, superseded FROM done WHERE sink = ? ORDER BY sequence"
        return try CheckedRow.fetchAll(database, sql: sql, arguments: [sink]).map { row in
            try DoneAbove(sequence: LedgerRows.number(row["sequence"]), changeID: row["change"], isSuperseded: row["superseded"])
        }
    }

    /// Gives each the sequence that its change has by `places`, and removes what stands at `cursor` or before it, or is gone.
    static func realign(_ places: [String: UInt64], sink: String, cursor: UInt64, _ database: Database) throws {
        let old = try all(database, of: sink)
        try database.execute(sql: "DELETE FROM done WHERE sink = ?", arguments: [sink])
        let insert = try database.cachedStatement(sql: "INSERT OR REPLACE INTO done (sink, sequence, change, superseded) VALUES (?, ?, ?, ?)")
        for done in old {
            guard let sequence = places[done.changeID], sequence > cursor else { continue }
            try insert.execute(arguments: [sink, LedgerRows.stored(sequence), done.changeID, done.isSuperseded])
        }
    }
}

/// The statements on outages: one row for each sink that is in one.
enum LedgerOutages {
    static func put(_ outage: LedgerWrite.Outage?, sink: String, _ database: Database) throws {
        guard let outage else { return try database.execute(sql: "DELETE FROM outages WHERE sink = ?", arguments: [sink]) }
        try database.execute(
            sql: "INSERT OR REPLACE INTO outages (sink, since, paused, failures, status, words) VALUES (?, ?, ?, ?, ?, ?)",
            arguments: [sink, outage.since.milliseconds, outage.isPaused, outage.failures, outage.failure.status, outage.failure.reason])
    }

    /// The sink's condition as it was left; the next attempt begins at `now`.
    static func condition(_ database: Database, of sink: String, now: Timestamp) throws -> SinkHealth.Condition {
        guard let row = try CheckedRow.fetchOne(database, sql: "SELECT * FROM outages WHERE sink = ?", arguments: [sink]) else {
            return .healthy
        }
        let failure = try DeliveryFailure(row["words"], status: row["status"]), failures: Int? = try row["failures"]
        let outage = SinkHealth.Outage(since: Timestamp(milliseconds: try row["since"]), next: now, failures: max(1, failures ?? 1), failure: failure)
        return try row["paused"] ? .paused(outage) : .failing(outage)
    }

    /// How each of these sinks ended, for readers; a file of an older version knows less.
    static func ends(_ database: Database, of sinks: [String]) throws -> [String: SinkEnd] {
        let hasOutages = try database.tableExists("outages"), hasDeliveries = try database.tableExists("deliveries")
        var ends: [String: SinkEnd] = [:]
        for name in sinks {
            var end = SinkEnd()
            if hasOutages { end.outage = SinkHealth(try condition(database, of: name, now: Timestamp(milliseconds: 0))).outage }
            if hasDeliveries { end.lastDeliveredTime = try LedgerRows.lastDelivery(database, to: name) }
            ends[name] = end
        }
        return ends
    }
}
