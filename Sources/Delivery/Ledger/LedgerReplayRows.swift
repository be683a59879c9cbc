import FindingModel
import GRDB
import State

/// The statements on single changes of replays: what waits aside, and what is done above a replay's cursor.
enum LedgerReplayRows {
    /// In the place of an `OpenItem.State`: the change is done.
    private static let doneState = 0
    private static let put = """
        INSERT OR REPLACE INTO replay_rows (job, sink, sequence, change, uid, type, state, attempts, since, next, tries, failed)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    static func apply(_ write: ReplayWrite, _ database: Database) throws {
        let job = write.job
        let put = try database.cachedStatement(sql: put)
        let remove = try database.cachedStatement(sql: "DELETE FROM replay_rows WHERE job = ? AND sequence = ?")
        for (sequence, item) in write.rows {
            guard let item else {
                try remove.execute(arguments: [job.id, LedgerRows.stored(sequence)])
                continue
            }
            try put.execute(arguments: [
                job.id, job.sink, LedgerRows.stored(sequence), item.changeID, item.uid, item.type, item.state.rawValue, item.attempts, item.since.milliseconds,
                item.next.milliseconds, item.tries, item.failed?.milliseconds,
            ])
        }
        for done in write.done {
            try put.execute(arguments: [job.id, job.sink, LedgerRows.stored(done.sequence), done.changeID, "", "", doneState, 0, 0, 0, 0, nil])
        }
        guard !job.isDone else { return try clear(job.id, database) }
        try database.cachedStatement(sql: "DELETE FROM replay_rows WHERE job = ? AND state = ? AND sequence <= ?")
            .execute(arguments: [job.id, doneState, LedgerRows.stored(job.cursor)])
    }

    static func clear(_ job: Int64, _ database: Database) throws {
        try database.cachedStatement(sql: "DELETE FROM replay_rows WHERE job = ?").execute(arguments: [job])
    }

    /// What waits aside, by sequence.
    static func open(_ database: Database, of job: Int64) throws -> [OpenItem] {
        let sql =
            "SELECT sequence, change, uid, type, state, attempts, since, next, tries, failed FROM replay_rows WHERE job = ? AND state <> ? ORDER BY sequence"
        return try CheckedRow.fetchAll(database, sql: sql, arguments: [job, doneState]).compactMap { row in
            let code: Int = try row["state"]
            guard let state = OpenItem.State(rawValue: code) else { return nil }
            var item = try OpenItem(
                sequence: LedgerRows.number(row["sequence"]), changeID: row["change"], uid: row["uid"], type: row["type"], state: state,
                attempts: row["attempts"], since: Timestamp(milliseconds: row["since"]), next: Timestamp(milliseconds: row["next"]), waited: 0)
            item.tries = try row["tries"]
            let failed: Int64? = try row["failed"]
            item.failed = failed.map { Timestamp(milliseconds: $0) }
            return item
        }
    }

    /// What is done above the replay's cursor, by sequence.
    static func done(_ database: Database, of job: Int64) throws -> [DoneAbove] {
        let sql = "SELECT sequence, change FROM replay_rows WHERE job = ? AND state = ? ORDER BY sequence"
        return try CheckedRow.fetchAll(database, sql: sql, arguments: [job, doneState]).map { row in
            try DoneAbove(sequence: LedgerRows.number(row["sequence"]), changeID: row["change"], isSuperseded: false)
        }
    }
}
