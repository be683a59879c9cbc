import FindingModel
import GRDB
import JSONDocument
import State

/// The statements on tickets.
enum LedgerTickets {
    private static let columns = "uid, mark, state, intended, created, remote_id, remote_key, url, applied, shown, applied_change"

    static func link(_ database: Database, sink: String, uid: String) throws -> TicketLink? {
        let statement = try database.cachedStatement(sql: "SELECT \(columns) FROM tickets WHERE sink = ? AND uid = ?")
        return try CheckedRow.fetchOne(statement, arguments: [sink, uid]).flatMap { try link($0) }
    }

    static func put(_ link: TicketLink, sink: String, _ database: Database) throws {
        let statement = try database.cachedStatement(
            sql: "INSERT OR REPLACE INTO tickets (sink, \(columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        try statement.execute(arguments: [
            sink, link.uid, link.mark, link.state.rawValue, link.intended.milliseconds, link.created?.milliseconds, link.reference?.id, link.reference?.key,
            link.reference?.url, LedgerRows.stored(link.applied), link.shown.map { text($0) }, link.appliedChange,
        ])
    }

    static func remove(_ uid: String, sink: String, _ database: Database) throws {
        try database.cachedStatement(sql: "DELETE FROM tickets WHERE sink = ? AND uid = ?").execute(arguments: [sink, uid])
    }

    /// How many tickets of single findings were made since `time`.
    static func made(_ database: Database, sink: String, since time: Timestamp) throws -> Int {
        let sql = "SELECT count(*) FROM tickets WHERE sink = ? AND created >= ? AND uid NOT LIKE 'overflow%'"
        return try Int.fetchOne(database.cachedStatement(sql: sql), arguments: [sink, time.milliseconds]) ?? 0
    }

    /// The findings beyond `max-new`.
    static func overflow(_ database: Database, sink: String) throws -> [TicketLink] {
        let sql = "SELECT \(columns) FROM tickets WHERE sink = ? AND state = ? ORDER BY uid"
        return try CheckedRow.fetchAll(database, sql: sql, arguments: [sink, TicketLink.State.overflow.rawValue]).compactMap { try link($0) }
    }

    private static func link(_ row: CheckedRow) throws -> TicketLink? {
        let code: Int = try row["state"]
        guard let state = TicketLink.State(rawValue: code) else { return nil }
        let id: String? = try row["remote_id"], key: String? = try row["remote_key"], shown: String? = try row["shown"], created: Int64? = try row["created"]
        var link = try TicketLink(
            uid: row["uid"], mark: row["mark"], state: state, intended: Timestamp(milliseconds: row["intended"]),
            created: created.map { Timestamp(milliseconds: $0) }, reference: id.map { try TicketReference(id: $0, key: key ?? $0, url: row["url"]) },
            applied: LedgerRows.number(row["applied"]), shown: shown.flatMap { Self.shown($0) })
        link.appliedChange = try row["applied_change"]
        return link
    }

    private static func text(_ shown: TicketLink.Shown) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        for (name, text) in [("severity", shown.severity.word), ("status", shown.status.word), ("title", shown.title)] {
            writer.key(name)
            writer.string(text)
        }
        writer.key("resources")
        writer.beginArray()
        for resource in shown.resources { writer.string(resource) }
        writer.endArray()
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private static func shown(_ text: String) -> TicketLink.Shown? {
        guard let value = try? JSONValue(parsing: Array(text.utf8)), let severity = value["severity"]?.stringValue.flatMap({ Severity(word: $0) }),
            let status = value["status"]?.stringValue.flatMap({ FindingStatus(rawValue: $0) })
        else { return nil }
        return TicketLink.Shown(
            severity: severity, status: status, resources: value["resources"]?.arrayValue?.compactMap(\.stringValue) ?? [],
            title: value["title"]?.stringValue ?? "")
    }
}

extension Ledger {
    func ticket(of uid: String, sink: String) async throws(LedgerError) -> TicketLink? {
        try await read { try LedgerTickets.link($0, sink: sink, uid: uid) }
    }

    func put(_ links: [TicketLink], sink: String) async throws(LedgerError) {
        try await write { database in
            for link in links { try LedgerTickets.put(link, sink: sink, database) }
        }
    }

    func removeTicket(of uid: String, sink: String) async throws(LedgerError) { try await write { try LedgerTickets.remove(uid, sink: sink, $0) } }

    func ticketsMade(by sink: String, since time: Timestamp) async throws(LedgerError) -> Int {
        try await read { try LedgerTickets.made($0, sink: sink, since: time) }
    }

    func overflow(of sink: String) async throws(LedgerError) -> [TicketLink] { try await read { try LedgerTickets.overflow($0, sink: sink) } }
}
