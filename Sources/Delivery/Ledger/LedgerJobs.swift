import FindingModel
import GRDB
import JSONDocument
import State

/// The statements on replays.
enum LedgerJobs {
    private static let columns =
        "id, sink, first, last, types, rate, created, who, cursor, delivered, filtered, refused, words, wanted, beginning, end, anchor, last_change, waits, cancelled"

    private static let isOpen = "(cancelled IS NULL AND (cursor < last OR waits > 0))"

    static func insert(_ job: ReplayJob, _ database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO jobs (sink, first, last, types, rate, created, who, cursor, delivered, filtered, refused, wanted, beginning, end, anchor,
                    last_change)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, ?, ?, ?, ?, ?)
                """,
            arguments: [
                job.sink, LedgerRows.stored(job.first), LedgerRows.stored(job.last), text(job.types), job.rate, job.created.milliseconds, job.who,
                LedgerRows.stored(job.cursor), job.wanted.map { LedgerRows.stored($0) }, job.from?.text, job.to?.text, job.anchor, job.lastChange,
            ])
    }

    /// Writes down how far a replay has come, with the rows of what waits aside and of what is done above its cursor.
    static func apply(_ write: ReplayWrite, _ database: Database) throws {
        let job = write.job
        let statement = try database.cachedStatement(
            sql: "UPDATE jobs SET cursor = ?, anchor = ?, last = ?, delivered = ?, filtered = ?, refused = ?, words = ?, waits = ?, wanted = ? WHERE id = ?")
        try statement.execute(arguments: [
            LedgerRows.stored(job.cursor), job.anchor, LedgerRows.stored(job.last), LedgerRows.stored(job.delivered), LedgerRows.stored(job.filtered),
            LedgerRows.stored(job.refused), job.words, LedgerRows.stored(job.waiting), job.wanted.map { LedgerRows.stored($0) }, job.id,
        ])
        try LedgerReplayRows.apply(write, database)
        try LedgerTold.apply(write.told, sink: job.sink, database)
    }

    /// The sink's oldest replay that is not done.
    static func next(_ database: Database, of sink: String) throws -> ReplayState? {
        let sql = "SELECT \(columns) FROM jobs WHERE sink = ? AND \(isOpen) ORDER BY id LIMIT 1"
        guard let job = try CheckedRow.fetchOne(database.cachedStatement(sql: sql), arguments: [sink]).map({ try job($0) }) else { return nil }
        return try ReplayState(job: job, open: LedgerReplayRows.open(database, of: job.id), done: LedgerReplayRows.done(database, of: job.id))
    }

    /// The sink's newest replay that is done.
    static func lastDone(_ database: Database, of sink: String) throws -> ReplayJob? {
        let sql = "SELECT \(columns) FROM jobs WHERE sink = ? AND NOT (\(isOpen)) ORDER BY id DESC LIMIT 1"
        return try CheckedRow.fetchOne(database, sql: sql, arguments: [sink]).map { try job($0) }
    }

    /// Those that are not done, of one sink or of all, the oldest first; none in a file that its writer has not brought up to date yet.
    static func open(_ database: Database, of sink: String?) throws -> [ReplayJob] {
        guard try database.tableExists("jobs"), try database.columns(in: "jobs").contains(where: { $0.name == "cancelled" }) else { return [] }
        let sql = "SELECT \(columns) FROM jobs WHERE \(isOpen) AND (?1 IS NULL OR sink = ?1) ORDER BY id"
        return try CheckedRow.fetchAll(database.cachedStatement(sql: sql), arguments: [sink]).map { try job($0) }
    }

    static func cancel(_ job: ReplayJob, at now: Timestamp, _ database: Database) throws {
        try database.execute(sql: "UPDATE jobs SET cancelled = ? WHERE id = ?", arguments: [now.milliseconds, job.id])
        try LedgerReplayRows.clear(job.id, database)
    }

    /// The newest first.
    static func all(_ database: Database, limit: Int) throws -> [ReplayJob] {
        try CheckedRow.fetchAll(database, sql: "SELECT \(columns) FROM jobs ORDER BY id DESC LIMIT ?", arguments: [limit]).map { try job($0) }
    }

    private static func job(_ row: CheckedRow) throws -> ReplayJob {
        let types: String = try row["types"]
        let words = (try? JSONValue(parsing: Array(types.utf8)))?.arrayValue?.compactMap(\.stringValue) ?? []
        var job = try ReplayJob(
            sink: row["sink"], first: LedgerRows.number(row["first"]), last: LedgerRows.number(row["last"]), types: words, rate: row["rate"],
            created: Timestamp(milliseconds: row["created"]), who: row["who"])
        job.id = try row["id"]
        job.cursor = LedgerRows.number(try row["cursor"])
        job.delivered = LedgerRows.number(try row["delivered"])
        job.filtered = LedgerRows.number(try row["filtered"])
        job.refused = LedgerRows.number(try row["refused"])
        job.words = try row["words"]
        (job.anchor, job.lastChange) = try (row["anchor"], row["last_change"])
        let from: String? = try row["beginning"], to: String? = try row["end"]
        (job.from, job.to) = (from.flatMap { ReceiptBound($0) }, to.flatMap { ReceiptBound($0) })
        job.waiting = LedgerRows.number(try row["waits"])
        let wanted: Int64? = try row["wanted"], cancelled: Int64? = try row["cancelled"]
        job.cancelled = cancelled.map { Timestamp(milliseconds: $0) }
        job.wanted = wanted.map { LedgerRows.number($0) }
        return job
    }

    private static func text(_ types: [String]) -> String {
        var writer = JSONWriter()
        writer.beginArray()
        for type in types { writer.string(type) }
        writer.endArray()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

extension Ledger {
    /// Enters a replay, unless one that is not done sends the same: returns that one.
    @discardableResult
    func insert(_ job: ReplayJob) async throws(LedgerError) -> ReplayJob? {
        try await write { database in
            if let same = try LedgerJobs.open(database, of: job.sink).first(where: { $0.isEqual(job) }) { return same }
            try LedgerJobs.insert(job, database)
            return nil
        }
    }

    func apply(_ write: ReplayWrite) async throws(LedgerError) { try await self.write { try LedgerJobs.apply(write, $0) } }
    func nextReplay(of sink: String) async throws(LedgerError) -> ReplayState? { try await read { try LedgerJobs.next($0, of: sink) } }

    /// Writes a replay down where its changes stand in a row that was made anew, in the place of what was written before.
    func realign(_ state: ReplayState) async throws(LedgerError) {
        try await write { database in
            try LedgerReplayRows.clear(state.job.id, database)
            let rows = Dictionary(state.open.map { ($0.sequence, Optional($0)) }) { first, _ in first }
            try LedgerJobs.apply(ReplayWrite(job: state.job, rows: rows, done: state.done), database)
        }
    }

    /// A replay that is not done, with its rows.
    func state(of job: ReplayJob) async throws(LedgerError) -> ReplayState {
        try await read { try ReplayState(job: job, open: LedgerReplayRows.open($0, of: job.id), done: LedgerReplayRows.done($0, of: job.id)) }
    }

    /// Notes that a replay will send another number of changes than was counted before.
    func noteWanted(_ wanted: UInt64, of job: ReplayJob) async throws(LedgerError) {
        try await write { try $0.execute(sql: "UPDATE jobs SET wanted = ? WHERE id = ?", arguments: [LedgerRows.stored(wanted), job.id]) }
    }

    func lastDoneJob(of sink: String) async throws(LedgerError) -> ReplayJob? { try await read { try LedgerJobs.lastDone($0, of: sink) } }

    /// Replays that are not done, of one sink or of all, the oldest first.
    package func openReplays(of sink: String? = nil) async throws(LedgerError) -> [ReplayJob] { try await read { try LedgerJobs.open($0, of: sink) } }

    /// Ends the replays of a sink that are not done; returns them as they were.
    package func cancelReplays(of sink: String, at now: Timestamp) async throws(LedgerError) -> [ReplayJob] {
        try await write { database in
            let jobs = try LedgerJobs.open(database, of: sink)
            for job in jobs { try LedgerJobs.cancel(job, at: now, database) }
            return jobs
        }
    }

    /// Replays, the newest first.
    package func jobs(limit: Int) async throws(LedgerError) -> [ReplayJob] { try await read { try LedgerJobs.all($0, limit: limit) } }
}
