import FindingModel
import Foundation
import GRDB
import JSONDocument

/// A row of `records`, as it is compared between two databases.
struct StoredRecord: Equatable {
    let uid: String
    let kind: RecordKind
    let source: String
    let received: Int64
    let state: Data
    let data: Data?

    /// The rows after `uid` in order of uids, at most `limit` of them.
    static func page(after uid: String, limit: Int, in database: Database) throws -> [StoredRecord] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT r.uid, r.kind, s.name, r.received, r.state, coalesce(r.data, t.data)
                FROM records r LEFT JOIN sources s ON s.id = r.source LEFT JOIN changes t ON t.sequence = r.told
                WHERE r.uid > ? ORDER BY r.uid LIMIT ?
                """)
        return try Row.fetchAll(statement, arguments: [uid, limit]).map { row in
            guard let kind = RecordKind(code: row[1]) else { throw BlobReader.damaged }
            return StoredRecord(uid: row[0], kind: kind, source: (row[2] as String?) ?? "", received: row[3], state: row[4], data: row[5])
        }
    }

    func decoded(_ parser: inout JSONParser) throws(StateError) -> RecordState {
        try RecordRow.state(kind: kind, blob: [UInt8](state), data: data.map { [UInt8]($0) }, parser: &parser)
    }
}

/// Two tables of records, walked through together in order of uids.
struct RecordPairs {
    private static let pageSize = 200

    /// The records of one uid on both sides; at least one is there.
    struct Pair {
        let uid: String
        let before: StoredRecord?
        let after: StoredRecord?
    }

    /// The next pairs after `uid`; empty at the end.
    static func page(after uid: String, before: Database, after: Database) throws -> [Pair] {
        let old = try StoredRecord.page(after: uid, limit: pageSize, in: before)
        let new = try StoredRecord.page(after: uid, limit: pageSize, in: after)
        // Where one side's page is full, the other side is only known up to its last uid.
        let end = [old, new].filter { $0.count == pageSize }.compactMap(\.last?.uid).min()
        var pairs: [String: Pair] = [:]
        for record in old where end.map({ record.uid <= $0 }) ?? true { pairs[record.uid] = Pair(uid: record.uid, before: record, after: nil) }
        for record in new where end.map({ record.uid <= $0 }) ?? true {
            pairs[record.uid] = Pair(uid: record.uid, before: pairs[record.uid]?.before, after: record)
        }
        return pairs.values.sorted { $0.uid < $1.uid }
    }
}
