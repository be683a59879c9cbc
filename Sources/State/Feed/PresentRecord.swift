import FindingModel
import Foundation
import GRDB

/// A record as it stands, with the last change that told of it; both from one snapshot.
package struct PresentRecord: Sendable, Equatable {
    package let record: RecordSummary
    /// The sequence of the record's newest change; nothing when all of them are gone, or none was ever made.
    package let lastSequence: UInt64?
}

/// Records as they stand now, for sinks that tell a state and not each change.
package protocol PresentRecords: Sendable {
    /// The records called `uids` that are known, by uid, with what stands in receipts put back; all of them from one snapshot.
    func present(_ uids: [String]) async throws -> [String: PresentRecord]
}

extension StateChangeFeed: PresentRecords {
    package func present(_ uids: [String]) async throws -> [String: PresentRecord] {
        let archive = archive
        return try await store.readAsync { database in
            let sql = """
                SELECT \(RecordSummary.columns), r.id, r.state FROM \(RecordSummary.tables) WHERE r.uid = ? AND r.known = 1
                """
            let find = try database.cachedStatement(sql: sql)
            let newest = try database.cachedStatement(sql: "SELECT max(sequence) FROM changes WHERE record = ?")
            var present: [String: PresentRecord] = [:]
            for uid in uids where present[uid] == nil {
                guard let row = try CheckedRow.fetchOne(find, arguments: [uid]) else { continue }
                var summary = try RecordSummary(row)
                let blob: Data = try row[6]
                let large = try RecordRow.large(kind: summary.kind, blob: [UInt8](blob), data: summary.data)
                if !large.isEmpty { summary.data = try archive.restored(summary.data, kind: summary.kind, uid: uid, large) }
                let last = try Int64.fetchOne(newest, arguments: [row[5] as Int64])
                present[uid] = PresentRecord(record: summary, lastSequence: last.map { UInt64(clamping: $0) })
            }
            return present
        }
    }
}
