import Foundation
import GRDB

/// What the gateway's own notices have told, by the receipt times of entries: kept with what it decides about.
struct NoticeLedger {
    private var limit: NoticeLimit
    private var unwritten = false

    init(from database: Database) throws {
        var told: [NoticeLimit.Subject: NoticeLimit.Told] = [:]
        for row in try CheckedRow.fetchAll(database, sql: "SELECT kind, subject, received, waiting, newest FROM notices_told") {
            let newest = (try row[4] as Data?).flatMap { GatewayNotice(parsing: [UInt8]($0)) }
            told[try NoticeLimit.Subject(kind: row[0], name: row[1])] = try NoticeLimit.Told(at: row[2], waiting: row[3], newest: newest)
        }
        limit = NoticeLimit(told: told)
    }

    mutating func admit(_ notice: GatewayNotice, received: Int64) -> GatewayNotice? {
        unwritten = true
        return limit.admit(notice, at: received)
    }

    mutating func due(received: Int64) -> [GatewayNotice] {
        let notices = limit.due(at: received)
        if !notices.isEmpty { unwritten = true }
        return notices
    }

    /// There are as few rows as sources, sinks and kinds, and they change as rarely as notices come.
    mutating func flush(to database: Database) throws {
        guard unwritten else { return }
        for (subject, told) in limit.told {
            try database.cachedStatement(sql: "INSERT OR REPLACE INTO notices_told VALUES (?, ?, ?, ?, ?)")
                .execute(arguments: [subject.kind, subject.name, told.at, told.waiting, told.newest.map { Data($0.bytes) }])
        }
        unwritten = false
    }
}
