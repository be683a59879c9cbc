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

    /// Has the tag for the changes of entries behind `position`; goes on with it where state.db was begun with it.
    func write(after position: UInt64, to database: Database) throws {
        try database.execute(
            sql: "INSERT INTO remakings (tag, after, last) VALUES (?, ?, ?) ON CONFLICT (tag) DO UPDATE SET last = excluded.last WHERE after < last",
            arguments: [tag, Int64(clamping: position), Int64(clamping: last)])
    }

    /// Keeps the tag of what a state.db was made with before this one.
    static func remember(_ tag: String, in database: Database) throws {
        try database.execute(sql: "INSERT OR IGNORE INTO remakings (tag, after, last) VALUES (?, 0, 0)", arguments: [tag])
    }

    /// What the entry is made again with here; nothing where it is made as at first.
    static func covering(_ entry: UInt64, in database: Database) throws -> Remade? {
        let sql = "SELECT last, tag FROM remakings WHERE after < :entry AND last >= :entry ORDER BY number DESC LIMIT 1"
        let row = try CheckedRow.fetchOne(database.cachedStatement(sql: sql), arguments: ["entry": Int64(clamping: entry)])
        return try row.map { Remade(last: UInt64(clamping: try $0[0] as Int64), tag: try $0[1]) }
    }

    /// The tag that changes of the entry bear here; nothing where they bear the one that was in force at it.
    static func tag(of entry: UInt64, in database: Database) throws -> String? {
        try covering(entry, in: database)?.tag
    }

    /// Where the change is now that the entry of `id` made under another tag before; nothing when `id` is none of those.
    static func place(of id: ChangeID, position: Position, in database: Database) throws -> ChangePlace? {
        guard let tag = try tag(of: id.entry, in: database), id.tag != tag, try isOwn(id.tag, ofEntry: id.entry, in: database) else { return nil }
        guard position.entry >= id.entry else { return .notYet }
        if let change = try ChangeID(tag: tag, entry: id.entry, number: id.number).fetch(database) { return .at(change.sequence) }
        return .gone(after: try ChangeOrder.last(in: database, before: .receipt(id.entry)))
    }

    /// Whether the journal's entry made changes under the tag: that which was in force, or that of another making. Where none is known any may have been.
    ///
    /// Under another the number was that of an entry which the journal has lost.
    static func isOwn(_ tag: String, ofEntry number: UInt64, in database: Database) throws -> Bool {
        let statement = try database.cachedStatement(sql: "SELECT tag FROM tags WHERE entry <= ? ORDER BY entry DESC LIMIT 1")
        guard let inForce = try String.fetchOne(statement, arguments: [Int64(clamping: number)]) else { return true }
        return try inForce == tag || isKnown(tag, in: database)
    }

    /// The entry that made the newest change of a record, and whether the journal has that entry still; nothing where there is no change.
    static func newestEntry(of uid: String, in database: Database) throws -> (number: Int64, isOwn: Bool)? {
        let sql = "SELECT tag, entry FROM changes WHERE record = (SELECT id FROM records WHERE uid = ?) ORDER BY sequence DESC LIMIT 1"
        guard let row = try CheckedRow.fetchOne(database.cachedStatement(sql: sql), arguments: [uid]) else { return nil }
        let number: Int64 = try row[1]
        return try (number, isOwn(row[0], ofEntry: UInt64(clamping: number), in: database))
    }

    /// The numbers of entries that made changes of a record and are lost, but for those whose namesakes made some of it too.
    static func lostEntries(of uid: String, in database: Database) throws -> Set<Int64> {
        let sql = "SELECT DISTINCT entry, tag FROM changes WHERE record = (SELECT id FROM records WHERE uid = ?)"
        var own: Set<Int64> = [], lost: Set<Int64> = []
        for row in try CheckedRow.fetchAll(database, sql: sql, arguments: [uid]) {
            let number: Int64 = try row[0]
            if try isOwn(row[1], ofEntry: UInt64(clamping: number), in: database) { own.insert(number) } else { lost.insert(number) }
        }
        return lost.subtracting(own)
    }

    /// Whether this state.db has made changes with the tag, or has come to the entry that brought it.
    static func isKnown(_ tag: String, in database: Database) throws -> Bool {
        try Bool.fetchOne(database, sql: "SELECT EXISTS (SELECT 1 FROM remakings WHERE tag = ?)", arguments: [tag]) ?? false
    }
}

extension JournalSurvey {
    /// The last entry up to which receipts behind the position were mapped by other rules than this version's, or with a configuration that is lost
    /// and for which another stands; nothing where there is none, or where the journal says so already.
    func lastOfOtherRules(_ mapper: inout any ReceiptMapper) throws(StateError) -> UInt64? {
        var last: UInt64 = 0
        for (generation, receipt) in lastReceipts where receipt > last {
            mapper.leaveOut(unread.leftOut(during: receipt))
            if try !mapper.isAsFirstMade(generation) { last = receipt }
        }
        guard last > 0 else { return nil }
        if let remade, remade.last >= last, remadeRules == ProjectionConfiguration.presentRules { return nil }
        for number in configurations where number > last {
            if try mapper.isAsFirstMade(number) { return number - 1 }
        }
        return last
    }

    /// Whether a configuration cannot be read with which receipts behind the position may have been mapped at first.
    func lacksConfiguration(_ mapper: inout any ReceiptMapper) throws(StateError) -> Bool {
        for (generation, first) in firstReceipts {
            let last = lastReceipts[generation] ?? first
            var place: UInt64? = first
            while let entry = place, entry <= last {
                mapper.leaveOut(unread.leftOut(during: entry))
                if try mapper.use(of: generation).why == .missing { return true }
                place = unread.nextChange(after: entry)
            }
        }
        return false
    }
}
