import FindingModel
import GRDB
import JSONDocument
import State

/// The statements on replays.
enum LedgerJobs {
    private static let columns =
        "id, sink, first, last, types, rate, created, who, cursor, delivered, filtered, refused, words, wanted, beginning, end, anchor, last_change, waiting"

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

    static func update(_ job: ReplayJob, _ database: Database) throws {
        let statement = try database.cachedStatement(
            sql: "UPDATE jobs SET cursor = ?, anchor = ?, last = ?, delivered = ?, filtered = ?, refused = ?, words = ?, waiting = ? WHERE id = ?")
        try statement.execute(arguments: [
            LedgerRows.stored(job.cursor), job.anchor, LedgerRows.stored(job.last), LedgerRows.stored(job.delivered), LedgerRows.stored(job.filtered),
            LedgerRows.stored(job.refused), job.words, text(job.waiting), job.id,
        ])
    }

    /// The sink's oldest replay that is not done.
    static func next(_ database: Database, of sink: String) throws -> ReplayJob? {
        let sql = "SELECT \(columns) FROM jobs WHERE sink = ? AND (cursor < last OR waiting <> '[]') ORDER BY id LIMIT 1"
        return try Row.fetchOne(database, sql: sql, arguments: [sink]).map { try job($0) }
    }

    /// The sink's newest replay that is done.
    static func lastDone(_ database: Database, of sink: String) throws -> ReplayJob? {
        let sql = "SELECT \(columns) FROM jobs WHERE sink = ? AND cursor >= last AND waiting = '[]' ORDER BY id DESC LIMIT 1"
        return try Row.fetchOne(database, sql: sql, arguments: [sink]).map { try job($0) }
    }

    /// The newest first.
    static func all(_ database: Database, limit: Int) throws -> [ReplayJob] {
        try Row.fetchAll(database, sql: "SELECT \(columns) FROM jobs ORDER BY id DESC LIMIT ?", arguments: [limit]).map { try job($0) }
    }

    private static func job(_ row: Row) throws -> ReplayJob {
        let row = try row.whole(but: ["rate", "words", "wanted", "beginning", "end", "anchor", "last_change"])
        let types: String = row["types"]
        let words = (try? JSONValue(parsing: Array(types.utf8)))?.arrayValue?.compactMap(\.stringValue) ?? []
        var job = ReplayJob(
            sink: row["sink"], first: LedgerRows.number(row["first"]), last: LedgerRows.number(row["last"]), types: words, rate: row["rate"],
            created: Timestamp(milliseconds: row["created"]), who: row["who"])
        job.id = row["id"]
        job.cursor = LedgerRows.number(row["cursor"])
        job.delivered = LedgerRows.number(row["delivered"])
        job.filtered = LedgerRows.number(row["filtered"])
        job.refused = LedgerRows.number(row["refused"])
        job.words = row["words"]
        (job.anchor, job.lastChange) = (row["anchor"], row["last_change"])
        let from: String? = row["beginning"], to: String? = row["end"]
        (job.from, job.to) = (from.flatMap { ReceiptBound($0) }, to.flatMap { ReceiptBound($0) })
        job.waiting = places(row["waiting"])
        let wanted: Int64? = row["wanted"]
        job.wanted = wanted.map { LedgerRows.number($0) }
        return job
    }

    /// `[[sequence, "id"], …]`.
    private static func text(_ places: [ReplayJob.Place]) -> String {
        var writer = JSONWriter()
        writer.beginArray()
        for place in places {
            writer.beginArray()
            writer.integer(LedgerRows.stored(place.sequence))
            writer.string(place.changeID)
            writer.endArray()
        }
        writer.endArray()
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private static func places(_ text: String) -> [ReplayJob.Place] {
        let pairs = (try? JSONValue(parsing: Array(text.utf8)))?.arrayValue?.compactMap(\.arrayValue) ?? []
        return pairs.compactMap { pair in
            guard pair.count == 2, let sequence = pair[0].integerValue, let id = pair[1].stringValue else { return nil }
            return ReplayJob.Place(sequence: LedgerRows.number(sequence), changeID: id)
        }
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
    func insert(_ job: ReplayJob) async throws(LedgerError) { try await write { try LedgerJobs.insert(job, $0) } }
    func update(_ job: ReplayJob) async throws(LedgerError) { try await write { try LedgerJobs.update(job, $0) } }
    func nextJob(of sink: String) async throws(LedgerError) -> ReplayJob? { try await read { try LedgerJobs.next($0, of: sink) } }

    func lastDoneJob(of sink: String) async throws(LedgerError) -> ReplayJob? { try await read { try LedgerJobs.lastDone($0, of: sink) } }

    /// Replays, the newest first.
    package func jobs(limit: Int) async throws(LedgerError) -> [ReplayJob] { try await read { try LedgerJobs.all($0, limit: limit) } }
}
