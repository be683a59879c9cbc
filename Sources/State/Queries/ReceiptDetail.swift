import FindingModel
import GRDB
import Journal

/// All that is known of one receipt, except its body.
package struct ReceiptDetail: Sendable {
    /// The entry; nothing when the journal has it no longer or cannot read it.
    package let entry: Entry?
    /// What it meant; nothing while it is not projected.
    package let event: EventSummary?
    /// The changes it made, in order, at most `changesMax`.
    package let changes: [Made]
    package let quarantine: QuarantinedReceipt?
    /// The entry of the decision that erased it.
    package let erasure: Entry?

    package static let changesMax = 1000

    /// A change, without the record.
    package struct Made: Sendable {
        package let id: String
        package let sequence: UInt64
        package let type: String
        package let uid: String

        static func fetch(ofEntry number: UInt64, from database: Database) throws -> [Made] {
            let sql = """
                SELECT tag, entry, number, sequence, type, subject FROM changes WHERE sequence >= ? AND sequence < ? AND entry = ? ORDER BY sequence LIMIT ?
                """
            return try ChangeOrder.ranges(ofEntry: number, in: database).flatMap { range in
                let arguments: StatementArguments = [range.lowerBound, range.upperBound, Int64(clamping: number), changesMax]
                return try CheckedRow.fetchAll(database, sql: sql, arguments: arguments)
            }.prefix(changesMax).map { row in
                try Made(
                    id: "\(row[0] as String)-\(row[1] as Int64)-\(row[2] as Int64)", sequence: UInt64(clamping: row[3] as Int64), type: row[4], uid: row[5])
            }
        }
    }

    static func fetch(_ number: UInt64, archive: ReceiptArchive?, from database: Database) throws -> ReceiptDetail? {
        let sql = "SELECT \(EventSummary.columns) FROM \(EventSummary.tables) WHERE e.entry = ?"
        let event = try CheckedRow.fetchOne(database, sql: sql, arguments: [Int64(clamping: number)]).map { try EventSummary($0) }
        let entry = try archive?.entry(number)
        guard event != nil || entry?.kind == .receipt else { return nil }
        let changes = try Made.fetch(ofEntry: number, from: database)
        let quarantine = try QuarantinedReceipt.fetch(database).first { $0.receipt == number }
        let decision = try Int64.fetchOne(database, sql: "SELECT decision FROM erasures WHERE receipt = ?", arguments: [Int64(clamping: number)])
        let erasure = try decision.flatMap { try archive?.entry(UInt64(clamping: $0)) }
        return ReceiptDetail(entry: entry, event: event, changes: changes, quarantine: quarantine, erasure: erasure)
    }
}
