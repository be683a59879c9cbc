import FindingModel
import GRDB
import Journal

/// An entry that is no receipt: what the gateway noted, or a person decided.
package struct EntryDetail: Sendable {
    package let entry: Entry
    /// What a void takes in by now; nothing for another entry.
    package let reach: VoidReach?
    /// The changes it made, in order, at most `ReceiptDetail.changesMax`.
    package let changes: [ReceiptDetail.Made]

    static func fetch(_ number: UInt64, archive: ReceiptArchive?, from database: Database) throws -> EntryDetail? {
        guard let entry = try archive?.entry(number) else { return nil }
        let void = entry.kind == .decision ? VoidDecision(parsing: entry.body.bytes ?? []) : nil
        return EntryDetail(
            entry: entry, reach: try void.map { try VoidReach.fetch($0, from: database) },
            changes: try ReceiptDetail.Made.fetch(ofEntry: number, from: database))
    }
}

/// A record that is not known any more: what had told of it was left out.
package struct LeftOutRecord: Sendable {
    /// The change that said so, the last of the record.
    package let change: Change
    /// The entry that left out what had told of it: a void, or a rebuild.
    package let entry: UInt64
    /// The void, where it was one and the journal has it still.
    package let decision: VoidDecision?

    /// Nothing for a record that is known, or that nobody was ever told of.
    static func fetch(_ uid: String, archive: ReceiptArchive?, from database: Database) throws -> LeftOutRecord? {
        let sql = """
            SELECT \(ChangeRow.columns) FROM \(ChangeRow.tables)
            WHERE c.record = (SELECT id FROM records WHERE uid = ? AND known = 0) ORDER BY c.sequence DESC LIMIT 1
            """
        guard let change = try CheckedRow.fetchOne(database, sql: sql, arguments: [uid]).map({ try ChangeRow($0).change }) else { return nil }
        let number = ChangeID(change.id)?.entry ?? 0
        let body = try archive?.entry(number)?.body.bytes
        return LeftOutRecord(change: change, entry: number, decision: body.flatMap { VoidDecision(parsing: $0) })
    }
}
