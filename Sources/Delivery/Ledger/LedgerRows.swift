import FindingModel
import GRDB

/// The statements on ledger.db.
enum LedgerRows {
    private static let columns = "name, start, cursor, anchor, delivered, filtered, expired, vanished"

    static func positions(_ database: Database) throws -> [SinkPosition] {
        // A reader may meet a file that its writer has not brought up to date yet.
        let columns =
            try database.columns(in: "sinks").contains { $0.name == "anchor" }
            ? columns : "name, start, cursor, NULL AS anchor, delivered, filtered, expired, 0 AS vanished"
        return try Row.fetchAll(database, sql: "SELECT \(columns) FROM sinks ORDER BY name").map { position($0) }
    }

    static func position(_ database: Database, of sink: String) throws -> SinkPosition? {
        let sql = "SELECT \(columns) FROM sinks WHERE name = ?"
        return try Row.fetchOne(database, sql: sql, arguments: [sink]).map { position($0) }
    }

    static func insert(_ position: SinkPosition, _ database: Database) throws {
        try database.execute(
            sql: "INSERT INTO sinks (\(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            arguments: [
                position.name, stored(position.start), stored(position.cursor), position.anchor, stored(position.delivered), stored(position.filtered),
                stored(position.expired), position.vanished,
            ])
    }

    /// Writes a sink's new position, and the row of the request that moved it there.
    ///
    /// Does nothing when both are there already: then an earlier attempt succeeded although it was reported as failed.
    static func move(from old: UInt64, to position: SinkPosition, row: DeliveryRow?, _ database: Database) throws {
        let present = try self.position(database, of: position.name)
        if present == position { return }
        guard present?.cursor == old else {
            throw LedgerError(.conflict, "the cursor of sink \(position.name) stands at \(present?.cursor ?? 0) and not at \(old)")
        }
        let update = try database.cachedStatement(
            sql: "UPDATE sinks SET cursor = ?, anchor = ?, delivered = ?, filtered = ?, expired = ?, vanished = ? WHERE name = ?")
        try update.execute(
            arguments: [
                stored(position.cursor), position.anchor, stored(position.delivered), stored(position.filtered), stored(position.expired),
                position.vanished, position.name,
            ])
        guard let row else { return }
        let insert = try database.cachedStatement(
            sql: """
                INSERT INTO deliveries (sink, first_sequence, last_sequence, count, sequences, time, status, remote_id)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """)
        try insert.execute(arguments: [
            row.sink, stored(row.firstSequence), stored(row.lastSequence), row.count, row.sequences, row.time.milliseconds, row.status, row.remoteID,
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
        return try Row.fetchAll(database, sql: sql, arguments: arguments + [limit]).map { row in
            DeliveryRow(
                sink: row["sink"], firstSequence: number(row["first_sequence"]), lastSequence: number(row["last_sequence"]), count: row["count"],
                sequences: row["sequences"], time: Timestamp(milliseconds: row["time"]), status: row["status"], remoteID: row["remote_id"])
        }
    }

    private static func position(_ row: Row) -> SinkPosition {
        SinkPosition(
            name: row["name"], start: number(row["start"]), cursor: number(row["cursor"]), anchor: row["anchor"], delivered: number(row["delivered"]),
            filtered: number(row["filtered"]), expired: number(row["expired"]), vanished: row["vanished"])
    }

    /// SQLite's integers are signed.
    private static func stored(_ value: UInt64) -> Int64 { Int64(clamping: value) }

    private static func number(_ value: Int64) -> UInt64 { UInt64(clamping: value) }
}
