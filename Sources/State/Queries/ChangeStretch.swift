import FindingModel
import GRDB

/// Which entries the changes of a stretch come from: what a range that a person named really holds.
package struct ChangeStretch: Sendable, Equatable {
    package let firstEntry: UInt64
    package let lastEntry: UInt64
    /// What the clock said when they came.
    package let firstTime: Timestamp
    package let lastTime: Timestamp

    /// - Parameter sequences: where to look; within them only changes of entries from `from` on and before `to` count.
    static func fetch(_ sequences: ClosedRange<UInt64>, from: ReceiptBound?, to: ReceiptBound?, _ database: Database) throws -> ChangeStretch? {
        let begins = from?.begins(before: "c", entry: "c.entry", "?3") ?? "?3 IS NULL", ends = to?.ends(behind: "c", entry: "c.entry", "?4") ?? "?4 IS NULL"
        let sql = """
            SELECT c.entry, coalesce(c.wall, c.received) FROM changes c
            WHERE c.sequence >= ?1 AND c.sequence <= ?2 AND \(begins) AND \(ends) ORDER BY c.sequence
            """
        let arguments: StatementArguments = [Int64(clamping: sequences.lowerBound), Int64(clamping: sequences.upperBound), from?.value, to?.value]
        guard let first = try CheckedRow.fetchOne(database, sql: sql + " LIMIT 1", arguments: arguments),
            let last = try CheckedRow.fetchOne(database, sql: sql + " DESC LIMIT 1", arguments: arguments)
        else { return nil }
        return try ChangeStretch(
            firstEntry: UInt64(clamping: first[0] as Int64), lastEntry: UInt64(clamping: last[0] as Int64),
            firstTime: Timestamp(milliseconds: first[1]), lastTime: Timestamp(milliseconds: last[1]))
    }
}
