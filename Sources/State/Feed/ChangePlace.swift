import FindingModel
import GRDB

/// Where a change stands in the row of changes, asked for by its id.
///
/// The row is the same for ever, unless state.db was lost and made again while entries had been erased or had become unreadable: then
/// what stood behind their changes has moved up, and only ids tell where.
package enum ChangePlace: Hashable, Sendable {
    /// The change is there.
    case at(UInt64)
    /// It is not: what stands up to this sequence came before it, and everything behind came later.
    case gone(after: UInt64)
    /// The projector has not come that far yet.
    case notYet
}

extension ChangePlace {
    /// Looks `id` up; reads the whole table when the change is not there.
    ///
    /// - Parameter journalEnd: the entry up to which the projector must have come before a change counts as gone.
    static func find(_ id: ChangeID, in database: Database, journalEnd: UInt64) throws -> ChangePlace {
        if let change = try id.fetch(database) { return .at(change.sequence) }
        let position = try Position(from: database)
        if let place = try Remade.place(of: id, position: position, in: database) { return place }
        if let later = try firstLater(than: id, database) { return .gone(after: later - 1) }
        let last = try UInt64(clamping: Int64.fetchOne(database, sql: "SELECT max(sequence) FROM changes WHERE tag = ?", arguments: [id.tag]) ?? 0)
        // Behind the last change of its tag, with another tag's after it: the journal went on without it.
        if last > 0, last < UInt64(clamping: position.sequence) { return .gone(after: last) }
        guard position.entry >= journalEnd || position.tag == id.tag && position.entry >= id.entry else { return .notYet }
        // Of a tag that has no change at all nothing was ever taken from this row.
        guard last > 0 || position.tag == id.tag else { return .gone(after: 0) }
        return .gone(after: UInt64(clamping: position.sequence))
    }

    /// The first change that came later under the same tag.
    private static func firstLater(than id: ChangeID, _ database: Database) throws -> UInt64? {
        let sql = "SELECT min(sequence) FROM changes WHERE tag = ? AND (entry > ? OR entry = ? AND number > ?)"
        let (entry, number) = (Int64(clamping: id.entry), Int64(clamping: id.number))
        return try Int64.fetchOne(database, sql: sql, arguments: [id.tag, entry, entry, number]).map { UInt64(clamping: $0) }
    }
}
