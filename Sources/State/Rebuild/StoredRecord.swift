import FindingModel
import Foundation
import GRDB
import JSONDocument

/// A row of `records`, as it is compared between two databases.
struct StoredRecord: Equatable {
    let uid: String
    let kind: RecordKind
    let source: String
    let touch: Touch
    let state: Data
    let data: Data?

    private static let columns = """
        SELECT r.uid, r.kind, s.name, r.received, r.state, coalesce(r.data, t.data), r.wall, r.entry
        FROM records r LEFT JOIN sources s ON s.id = r.source LEFT JOIN changes t ON t.sequence = r.told
        """

    /// The rows after `uid` in order of uids, at most `limit` of them.
    static func page(after uid: String, limit: Int, in database: Database) throws -> [StoredRecord] {
        let statement = try database.cachedStatement(sql: "\(columns) WHERE r.uid > ? ORDER BY r.uid LIMIT ?")
        return try CheckedRow.fetchAll(statement, arguments: [uid, limit]).map { try StoredRecord($0) }
    }

    /// The row of `uid`, if there is one.
    static func find(_ uid: String, in database: Database) throws -> StoredRecord? {
        try CheckedRow.fetchOne(try database.cachedStatement(sql: "\(columns) WHERE r.uid = ?"), arguments: [uid]).map { try StoredRecord($0) }
    }

    private init(_ row: CheckedRow) throws {
        guard let kind = RecordKind(code: try row[1]) else { throw BlobReader.damaged }
        (uid, self.kind, source, state, data) = try (row[0], kind, (row[2] as String?) ?? "", row[4], row[5])
        touch = try Touch(received: row[3], wall: row[6], entry: row[7])
    }

    func decoded(_ parser: inout JSONParser) throws(StateError) -> RecordState {
        try RecordRow.state(kind: kind, blob: [UInt8](state), data: data.map { [UInt8]($0) }, parser: &parser)
    }
}

/// Two tables of records, walked through together in order of uids.
struct RecordPairs {
    private static let pageSize = 200

    let before: Database
    /// The shadow.
    let after: Database
    /// Whether only those count that the shadow says the receipts of a void had to do with.
    let isTouchedOnly: Bool

    /// The records of one uid on both sides; at least one is there, but for a touched one.
    struct Pair {
        let uid: String
        let before: StoredRecord?
        let after: StoredRecord?
    }

    /// The next pairs after `uid`; empty at the end.
    func page(after uid: String) throws -> [Pair] { isTouchedOnly ? try touched(after: uid) : try all(after: uid) }

    /// Whether the shadow has something else, or nothing, because the journal has lost what told of the record last, or cannot read what told of it: nobody
    /// has decided anything about it, and it stays as it was told. A void decides.
    func isOutOfReach(_ pair: Pair) throws -> Bool {
        guard pair.after == nil || !isTouchedOnly, let entry = try Remade.newestEntry(of: pair.uid, in: before) else { return false }
        guard entry.isOwn else { return true }
        guard pair.after == nil else { return false }
        let sql = "SELECT EXISTS (SELECT 1 FROM skipped WHERE first <= ?1 AND last >= ?1)"
        return try Bool.fetchOne(after.cachedStatement(sql: sql), arguments: [entry.number]) ?? false
    }

    private func touched(after uid: String) throws -> [Pair] {
        let statement = try after.cachedStatement(sql: "SELECT uid FROM touched WHERE uid > ? ORDER BY uid LIMIT ?")
        return try String.fetchAll(statement, arguments: [uid, Self.pageSize]).map { uid in
            Pair(uid: uid, before: try StoredRecord.find(uid, in: before), after: try StoredRecord.find(uid, in: after))
        }
    }

    private func all(after uid: String) throws -> [Pair] {
        let old = try StoredRecord.page(after: uid, limit: Self.pageSize, in: before)
        let new = try StoredRecord.page(after: uid, limit: Self.pageSize, in: after)
        // Where one side's page is full, the other side is only known up to its last uid.
        let end = [old, new].filter { $0.count == Self.pageSize }.compactMap(\.last?.uid).min()
        var pairs: [String: Pair] = [:]
        for record in old where end.map({ record.uid <= $0 }) ?? true { pairs[record.uid] = Pair(uid: record.uid, before: record, after: nil) }
        for record in new where end.map({ record.uid <= $0 }) ?? true {
            pairs[record.uid] = Pair(uid: record.uid, before: pairs[record.uid]?.before, after: record)
        }
        return pairs.values.sorted { $0.uid < $1.uid }
    }
}
