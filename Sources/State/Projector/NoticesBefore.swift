import FindingModel
import Foundation
import GRDB
import JSONDocument
import Journal

/// What the gateway's own notices had told, and held back, up to an entry: what comes after it is lost.
struct NoticesBefore {
    private struct Told {
        let subject: NoticeLimit.Subject
        let at: Int64
        /// The entry at which the last one was told.
        let entry: Int64
        var waiting: Int64 = 0
        var newest: GatewayNotice?
        /// Whether any was held back since.
        let hasWaiting: Bool
    }

    private let end: Int64
    private var told: [Told] = []

    init(end: Int64, from database: Database) throws {
        self.end = end
        for row in try CheckedRow.fetchAll(database, sql: "SELECT kind, subject, received, waiting FROM notices_told") {
            let subject = try NoticeLimit.Subject(kind: row[0], name: row[1]), at: Int64 = try row[2], waiting: Int64 = try row[3]
            guard let entry = try Self.entry(of: subject, toldAt: at, in: database), entry <= end else { continue }
            told.append(Told(subject: subject, at: at, entry: entry, hasWaiting: waiting > 0))
        }
    }

    /// The entry that told of `subject` at that time; nothing where none did.
    private static func entry(of subject: NoticeLimit.Subject, toldAt time: Int64, in database: Database) throws -> Int64? {
        let sql = """
            SELECT c.entry, c.data FROM records r JOIN changes c ON c.record = r.id
            WHERE r.kind = ? AND r.known = 1 AND r.source = ? AND c.type = ? AND c.received = ? ORDER BY c.sequence DESC
            """
        let type = "notice.\(Notice.kind(of: GatewayNotice.prefix + subject.kind))"
        let rows = try CheckedRow.fetchAll(database, sql: sql, arguments: [RecordKind.notice.code, SourceNames.gateway, type, time])
        for row in rows {
            guard case .notice(let notice)? = try? Record(kind: .notice, parsing: RawJSON(bytes: [UInt8](row[1] as Data))) else { continue }
            if GatewayNotice(kind: subject.kind, summary: notice.summary, details: notice.unmapped).limitedAs == subject { return try row[0] }
        }
        return nil
    }

    /// The same, with what the journal's entries up to the end have held back.
    func read(_ source: EntrySource) throws(StateError) -> NoticesBefore {
        var counted = self
        guard let first = told.filter(\.hasWaiting).map(\.entry).min(), first < end else { return counted }
        var reader = source.reader(UInt64(clamping: first) + 1)
        while true {
            let entries = try reader.entries(limit: 1024, maxBytes: 8 << 20)
            guard !entries.isEmpty else { return counted }
            for entry in entries {
                if Int64(clamping: entry.number) > end { return counted }
                if let notice = GatewayNotice.limited(of: entry, isFirst: false) { counted.hold(notice, Int64(clamping: entry.number)) }
            }
        }
    }

    private mutating func hold(_ notice: GatewayNotice, _ entry: Int64) {
        let subject = notice.limitedAs
        guard let index = told.firstIndex(where: { $0.subject == subject && $0.hasWaiting && $0.entry < entry }) else { return }
        told[index].waiting &+= notice.count
        told[index].newest = notice
    }

    func write(to database: Database) throws {
        try database.execute(sql: "DELETE FROM notices_told")
        for told in told {
            try database.execute(
                sql: "INSERT INTO notices_told VALUES (?, ?, ?, ?, ?)",
                arguments: [told.subject.kind, told.subject.name, told.at, told.waiting, told.newest.map { Data($0.bytes) }])
        }
    }
}

extension GatewayNotice {
    /// What an entry has to say that is said once an hour only; nothing where it says nothing of that kind.
    ///
    /// - Parameter isFirst: Whether no `recovery` entry stands before it.
    static func limited(of entry: Entry, isFirst: Bool) -> GatewayNotice? {
        let body = entry.body.bytes ?? []
        switch entry.kind {
        case .recovery:
            // That a journal was made, or opened with nothing wrong, is no news.
            guard let note = RecoveryNote(parsing: body), !isFirst, note.reason != .started else { return nil }
            return .recovery(note, body: body)
        case .quarantine: return QuarantineNote(parsing: body).map { .quarantine($0, body: body) }
        case .notice:
            // Whoever looks for a receipt time has to know every place where such times go back.
            return ClockStep(parsing: body) == nil ? GatewayNotice(parsing: body) : nil
        default: return nil
        }
    }
}
