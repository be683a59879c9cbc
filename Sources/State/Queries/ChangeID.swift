import FindingModel
import GRDB

/// The parts of a change's id, `<tag>-<entry number>-<n>`.
package struct ChangeID: Hashable, Sendable {
    package let tag: String
    package let entry: UInt64
    package let number: UInt64

    init(tag: String, entry: UInt64, number: UInt64) {
        self.tag = tag
        self.entry = entry
        self.number = number
    }

    package init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, let entry = UInt64(parts[1]), let number = UInt64(parts[2]), !parts[0].isEmpty else { return nil }
        self.tag = String(parts[0])
        self.entry = entry
        self.number = number
    }

    func fetch(_ database: Database) throws -> Change? {
        let sql = """
            SELECT \(ChangeRow.columns) FROM \(ChangeRow.tables)
            WHERE c.sequence >= ? AND c.sequence < ? AND c.entry = ? AND c.tag = ? AND c.number = ?
            """
        for range in try ChangeOrder.ranges(ofEntry: entry, includingLost: true, in: database) {
            let arguments: StatementArguments = [range.lowerBound, range.upperBound, Int64(clamping: entry), tag, Int64(clamping: number)]
            if let row = try CheckedRow.fetchOne(database, sql: sql, arguments: arguments) { return try ChangeRow(row).change }
        }
        return nil
    }
}
