import Adapters
import FindingModel
import GRDB
import Journal

/// Entries whose changes are made again by other rules than they were made by first: they bear a tag of their own, so that no id has two contents.
struct Remade: Equatable, Sendable {
    /// The last of these entries.
    let last: UInt64
    let tag: String

    init(last: UInt64, tag: String) {
        self.last = last
        self.tag = tag
    }

    /// What state.db was made with; nothing where all of it is as it was told first.
    init?(from database: Database) throws {
        guard let row = try CheckedRow.fetchOne(database, sql: "SELECT last, tag FROM remade") else { return nil }
        try self.init(last: UInt64(clamping: row[0] as Int64), tag: row[1])
    }

    func write(to database: Database) throws {
        try database.execute(sql: "INSERT OR REPLACE INTO remade VALUES (1, ?, ?)", arguments: [Int64(clamping: last), tag])
    }

    /// Where the change is now that the entry of `id` made under another tag before; nothing when `id` is none of those.
    func place(of id: ChangeID, position: Position, in database: Database) throws -> ChangePlace? {
        guard id.entry <= last, id.tag != tag, try Self.tag(of: id.entry, in: database) == id.tag else { return nil }
        guard position.entry >= id.entry else { return .notYet }
        if let change = try ChangeID(tag: tag, entry: id.entry, number: id.number).fetch(database) { return .at(change.sequence) }
        return .gone(after: try ChangeOrder.last(in: database, before: .receipt(id.entry)))
    }

    /// The tag that was in force at the entry.
    private static func tag(of entry: UInt64, in database: Database) throws -> String? {
        try String.fetchOne(database, sql: "SELECT tag FROM tags WHERE entry <= ? ORDER BY entry DESC LIMIT 1", arguments: [Int64(clamping: entry)])
    }
}

extension JournalSurvey {
    /// The last entry up to which receipts behind the position were mapped by other rules than this version's, or with a configuration that is lost
    /// and for which another stands; nothing where there is none, or where the journal says so already.
    func lastOfOtherRules(_ mapper: inout any ReceiptMapper) throws(StateError) -> UInt64? {
        var last: UInt64 = 0
        for (generation, receipt) in lastReceipts where receipt > last {
            if try !mapper.isAsFirstMade(generation) { last = receipt }
        }
        guard last > 0 else { return nil }
        if let remade, remade.last >= last, remadeRules == ProjectionConfiguration.presentRules { return nil }
        for number in configurations where number > last {
            if try mapper.isAsFirstMade(number) { return number - 1 }
        }
        return last
    }
}
