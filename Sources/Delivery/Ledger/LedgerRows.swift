import FindingModel
import GRDB
import State

/// The statements on the sinks' positions and on what they were told.
enum LedgerRows {
    private static let columns = "name, start, cursor, anchor, delivered, filtered, superseded, expired, dropped, erased, open, vanished"

    static func positions(_ database: Database) throws -> [SinkPosition] {
        // A reader may meet a file that its writer has not brought up to date yet.
        let present = try Set(database.columns(in: "sinks").map(\.name))
        let found = columns.split(separator: ",").map { column in
            let name = String(column.drop { $0 == " " })
            return present.contains(name) ? name : "\(name == "anchor" ? "NULL" : "0") AS \(name)"
        }
        let above = try database.tableExists("done") ? "(SELECT count(*) FROM done WHERE done.sink = sinks.name)" : "0"
        let sql = "SELECT \(found.joined(separator: ", ")), \(above) AS above FROM sinks WHERE \(try LedgerForgetting.isKnown(database)) ORDER BY name"
        return try CheckedRow.fetchAll(database, sql: sql).map { row in
            var position = try position(row)
            position.above = number(try row["above"])
            return position
        }
    }

    /// The sink's position, and how often it was written.
    static func position(_ database: Database, of sink: String) throws -> (position: SinkPosition, revision: Int64)? {
        let statement = try database.cachedStatement(sql: "SELECT \(columns), revision FROM sinks WHERE name = ? AND forgotten IS NULL")
        return try CheckedRow.fetchOne(statement, arguments: [sink]).map { (try position($0), try $0["revision"]) }
    }

    static func insert(_ position: SinkPosition, _ database: Database) throws {
        // One that was given up, whose row stands still, is a new one.
        let anew = columns.split(separator: ",").map { $0.drop { $0 == " " } }.map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
        try database.execute(
            sql: """
                INSERT INTO sinks (\(columns), revision) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)
                ON CONFLICT (name) DO UPDATE SET \(anew), revision = 0, forgotten = NULL WHERE forgotten IS NOT NULL
                """,
            arguments: [
                position.name, stored(position.start), stored(position.cursor), position.anchor, stored(position.delivered), stored(position.filtered),
                stored(position.superseded), stored(position.expired), stored(position.dropped), stored(position.erased), stored(position.open),
                position.vanished,
            ])
        guard database.changesCount == 1 else { throw LedgerError(.conflict, "sink \(position.name) has a position already") }
    }

    /// Carries `write` out as the revision after `revision`.
    ///
    /// Does nothing when that revision is there already: then an earlier attempt succeeded although it was reported as failed.
    static func apply(_ write: LedgerWrite, after revision: Int64, _ database: Database) throws {
        let position = write.position
        let present = try self.position(database, of: position.name)?.revision
        if present == revision + 1 { return }
        guard present == revision else {
            throw LedgerError(.conflict, "the position of sink \(position.name) was written \(present ?? 0) times and not \(revision) times")
        }
        let update = try database.cachedStatement(
            sql: """
                UPDATE sinks SET cursor = ?, anchor = ?, delivered = ?, filtered = ?, superseded = ?, expired = ?, dropped = ?, erased = ?, open = ?,
                vanished = ?, revision = ? WHERE name = ?
                """)
        try update.execute(arguments: [
            stored(position.cursor), position.anchor, stored(position.delivered), stored(position.filtered), stored(position.superseded),
            stored(position.expired), stored(position.dropped), stored(position.erased), stored(position.open), position.vanished, revision + 1,
            position.name,
        ])
        for row in write.rows { try LedgerItems.apply(row, sink: position.name, database) }
        for row in write.deliveries { try insert(row, database) }
        try LedgerDone.apply(write, database)
        try LedgerTold.apply(write.told, sink: position.name, database)
        if let outage = write.outage { try LedgerOutages.put(outage, sink: position.name, database) }
    }

    private static func insert(_ row: DeliveryRow, _ database: Database) throws {
        let insert = try database.cachedStatement(
            sql: """
                INSERT INTO deliveries (sink, first_sequence, last_sequence, count, sequences, time, status, remote_id, last_change, seal)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, row_seal(?1, ?3, ?9))
                """)
        try insert.execute(arguments: [
            row.sink, stored(row.firstSequence), stored(row.lastSequence), row.count, row.sequences, row.time.milliseconds, row.status, row.remoteID,
            row.lastChange,
        ])
    }

    /// The newest rows first; with `sequence`, those whose range it stands in.
    static func deliveries(_ database: Database, sink: String?, around sequence: UInt64?, limit: Int) throws -> [DeliveryRow] {
        var conditions: [String] = []
        var arguments = StatementArguments()
        if let sink {
            conditions.append("sink = ?")
            arguments += [sink]
        }
        if let sequence {
            conditions.append("? BETWEEN first_sequence AND last_sequence")
            arguments += [stored(sequence)]
        }
        let filter = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
        let sql = """
            SELECT sink, first_sequence, last_sequence, count, sequences, time, status, remote_id FROM deliveries \(filter)
            ORDER BY id DESC LIMIT ?
            """
        return try CheckedRow.fetchAll(database, sql: sql, arguments: arguments + [limit]).map { row in
            try DeliveryRow(
                sink: row["sink"], firstSequence: number(row["first_sequence"]), lastSequence: number(row["last_sequence"]), count: row["count"],
                sequences: row["sequences"], time: Timestamp(milliseconds: row["time"]), status: row["status"], remoteID: row["remote_id"])
        }
    }

    /// Of a sink's rows, the first from `id` on that names its last change, and is the one that was written.
    static func namedDelivery(_ database: Database, of sink: String, from id: Int64) throws -> NamedDelivery? {
        let sql = """
            SELECT id, last_change, last_sequence FROM deliveries WHERE sink = ? AND id >= ? AND last_change IS NOT NULL
            AND coalesce(seal = row_seal(sink, last_sequence, last_change), 1) ORDER BY id LIMIT 1
            """
        return try CheckedRow.fetchOne(database, sql: sql, arguments: [sink, id]).map { row in
            try NamedDelivery(id: row[0], change: row[1], sequence: number(row[2]))
        }
    }

    /// The newest row's number.
    static func lastDeliveryID(_ database: Database) throws -> Int64 { try Int64.fetchOne(database, sql: "SELECT max(id) FROM deliveries") ?? 0 }

    /// When the sink took something last.
    static func lastDelivery(_ database: Database, to sink: String) throws -> Timestamp? {
        let sql = "SELECT time FROM deliveries WHERE sink = ? ORDER BY id DESC LIMIT 1"
        return try Int64.fetchOne(database, sql: sql, arguments: [sink]).map { Timestamp(milliseconds: $0) }
    }

    private static func position(_ row: CheckedRow) throws -> SinkPosition {
        return try SinkPosition(
            name: row["name"], start: number(row["start"]), cursor: number(row["cursor"]), anchor: row["anchor"], delivered: number(row["delivered"]),
            filtered: number(row["filtered"]), expired: number(row["expired"]), superseded: number(row["superseded"]), dropped: number(row["dropped"]),
            erased: number(row["erased"]), open: number(row["open"]), vanished: row["vanished"])
    }

    /// SQLite's integers are signed.
    static func stored(_ value: UInt64) -> Int64 { Int64(clamping: value) }

    static func number(_ value: Int64) -> UInt64 { UInt64(clamping: value) }
}
