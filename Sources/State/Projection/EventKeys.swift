import FindingModel
import Foundation
import GRDB

/// The event keys of the last 30 days by receipt time: a receipt whose key is among them is a duplicate.
///
/// Keys are random, so an index on them would have nearly every key dirty a page of its own. They are written in order of arrival instead, the newest
/// are looked up in memory, and a full set of these is merged into the index in order of keys, a few with each event: then neighbours share pages.
/// How far that has come is a function of the events alone, like all of state.db.
struct EventKeys {
    /// How long a key is kept, by receipt time.
    static let keptMilliseconds: Int64 = 30 * 24 * 3600 * 1000
    /// At most so many expired keys are removed with each new one, so that no transaction has to remove many.
    private static let removedAtOnce = 4
    /// Keys that are merged with each new one; more than one, so that a set is merged before the next is full.
    private static let mergedAtOnce = 2

    private let setSize: Int
    private let statements: KeyStatements
    private var merge: KeyMerge
    /// The keys that the index does not have yet, with their entries.
    private var recent: [EventKey: Int64] = [:]
    /// The set that is being merged, in order; those up to `merge.cursor` are in the index.
    private var merging: ArraySlice<EventKey> = []
    /// The oldest key; nothing when there is none.
    private var oldest: Kept?
    /// Whether keys are kept that do not hold their event's kind, because an older version wrote them.
    private(set) var hasFormer: Bool

    /// - Parameter setSize: How many keys are merged at a time.
    init(from database: Database, setSize: Int = 32_768) throws {
        self.setSize = setSize
        statements = try KeyStatements(database)
        merge = try KeyMerge(from: database)
        oldest = try Self.oldest(in: database)
        hasFormer = try Self.hasFormer(in: database)
        let rows = try Row.fetchCursor(database, sql: "SELECT entry, digest FROM event_keys WHERE entry > ?", arguments: [merge.indexed])
        var set: [EventKey] = []
        while let row = try rows.next().map({ CheckedRow($0) }) {
            guard let key = EventKey(try row[1] as Data) else { continue }
            let entry: Int64 = try row[0]
            recent[key] = entry
            if entry <= merge.merging { set.append(key) }
        }
        let cursor = merge.cursor
        merging = ArraySlice(set.filter { key in cursor.map { $0 < key } ?? true }.sorted())
    }

    /// The entry that claimed a key, and its receipt time.
    private struct Kept {
        let entry: Int64
        let received: Int64
    }

    /// The moment up to which keys are no longer kept.
    private struct Limit {
        let time: Int64
        let clock: ClockSteps

        func isPassed(by kept: Kept) -> Bool { clock.time(of: kept.entry, received: kept.received) <= time }
    }

    /// The key of an event in the form that left its kind out.
    struct Former {
        let key: EventKey
        let kind: String
    }

    /// Records the key as `entry`'s, or says which entry had it first.
    ///
    /// - Parameters:
    ///   - former: The same key in its former form, needed while `hasFormer`.
    ///   - clock: A key that was stamped while the clock was ahead counts as claimed when that was found out.
    mutating func claim(
        _ key: EventKey, former: Former? = nil, entry: Int64, received: Int64, clock: ClockSteps = ClockSteps(), in database: Database
    ) throws -> Int64? {
        let limit = Limit(time: received - Self.keptMilliseconds, clock: clock)
        try removeExpired(limit, in: database)
        if let first = try find(key) {
            if let kept = try Self.kept(first, in: database), !limit.isPassed(by: kept) { return first }
            try remove(key, entry: first, in: database)
        }
        if hasFormer, let former, let first = try find(former.key), let kept = try Self.kept(first, in: database), !limit.isPassed(by: kept),
            try Self.kind(of: first, in: database) == former.kind
        {
            return first
        }
        try statements.insert(key, entry: entry, received: received)
        recent[key] = entry
        if oldest == nil { oldest = Kept(entry: entry, received: received) }
        try mergeSome(upTo: entry)
        return nil
    }

    /// Writes how far the merge has come.
    func flush(to database: Database) throws { try merge.write(to: database) }

    private func find(_ key: EventKey) throws -> Int64? {
        if let entry = recent[key] { return entry }
        return try statements.find(key)
    }

    private mutating func remove(_ key: EventKey, entry: Int64, in database: Database) throws {
        if recent[key] == entry { recent[key] = nil }
        try database.cachedStatement(sql: "DELETE FROM event_keys WHERE entry = ?").execute(arguments: [entry])
        try database.cachedStatement(sql: "DELETE FROM event_key_index WHERE digest = ? AND entry = ?").execute(arguments: [key.data, entry])
    }

    private mutating func mergeSome(upTo entry: Int64) throws {
        if merging.isEmpty {
            guard recent.count >= setSize else { return }
            merging = ArraySlice(recent.keys.sorted())
            merge.merging = entry
        }
        for key in merging.prefix(Self.mergedAtOnce) {
            // A key that expired meanwhile and was claimed again belongs to a later set.
            if let first = recent[key], first <= merge.merging {
                try statements.index(key, entry: first)
            }
            merge.cursor = key
        }
        merging = merging.dropFirst(Self.mergedAtOnce)
        guard merging.isEmpty else { return }
        recent = recent.filter { $0.value > merge.merging }
        merge.indexed = merge.merging
        merge.cursor = nil
    }

    private mutating func removeExpired(_ limit: Limit, in database: Database) throws {
        guard let oldest, limit.isPassed(by: oldest) else { return }
        let statement = try database.cachedStatement(sql: "SELECT entry, received, digest FROM event_keys ORDER BY entry LIMIT \(Self.removedAtOnce)")
        for row in try CheckedRow.fetchAll(statement) {
            guard limit.isPassed(by: try Kept(entry: row[0], received: row[1])), let key = EventKey(try row[2] as Data) else { continue }
            try remove(key, entry: row[0], in: database)
        }
        self.oldest = try Self.oldest(in: database)
        if hasFormer { hasFormer = try Self.hasFormer(in: database) }
    }

    private static func hasFormer(in database: Database) throws -> Bool {
        try Bool.fetchOne(
            database, sql: "SELECT EXISTS (SELECT 1 FROM event_keys WHERE entry <= (SELECT last_without_kind FROM event_key_form))") ?? false
    }

    private static func kind(of entry: Int64, in database: Database) throws -> String? {
        try String.fetchOne(database.cachedStatement(sql: "SELECT kind FROM events WHERE entry = ?"), arguments: [entry])
    }

    private static func kept(_ entry: Int64, in database: Database) throws -> Kept? {
        try Int64.fetchOne(database.cachedStatement(sql: "SELECT received FROM event_keys WHERE entry = ?"), arguments: [entry])
            .map { Kept(entry: entry, received: $0) }
    }

    private static func oldest(in database: Database) throws -> Kept? {
        try CheckedRow.fetchOne(database.cachedStatement(sql: "SELECT entry, received FROM event_keys ORDER BY entry LIMIT 1"))
            .map { try Kept(entry: $0[0], received: $0[1]) }
    }
}
