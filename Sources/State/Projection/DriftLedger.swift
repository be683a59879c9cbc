import GRDB

/// One thing that an adapter did not know: what kind of thing, and where.
package struct DriftPlace: Hashable, Comparable, Sendable {
    /// `kind`, `field`, `enum`, `type`, `json` or `key`.
    package let kind: String
    package let place: String

    package init(kind: String, place: String) {
        self.kind = kind
        self.place = place
    }

    /// What stands for all places of a source beyond the first ones.
    static let other = DriftPlace(kind: "other", place: "other")

    package static func < (left: DriftPlace, right: DriftPlace) -> Bool { (left.kind, left.place) < (right.kind, right.place) }
}

/// Drift by source and place, counted in memory during a batch and added in its transaction; and which places its notices have told.
///
/// A word of a receipt whose body is erased counts with the same word of others, by its digest: until the decision that erases it comes, a
/// projection made again cannot know the word before somebody else says it.
struct DriftLedger {
    /// Places that are kept apart for one source; what a vendor can make up has to end somewhere.
    static let placesMax = 1000
    private struct Key: Hashable {
        let source: Int64
        let place: DriftPlace
    }

    private struct Count {
        var number: Int64 = 0
        let rank: Int64
        var first: Int64
        var last: Int64
        var received: Int64
    }

    /// A place that no notice has told, and the entry that showed it first.
    private struct Untold: Comparable {
        let entry: Int64
        /// Among the places of that entry, whatever stands for their words by now.
        let rank: Int64
        var place: DriftPlace

        static func < (left: Untold, right: Untold) -> Bool { (left.entry, left.rank, left.place) < (right.entry, right.rank, right.place) }
    }

    /// Another name of a place, which is not written yet.
    private struct Renamed {
        let source: Int64
        let old: DriftPlace
        let new: DriftPlace
    }

    /// The newest notice about a source: places of later entries are not told.
    private struct Told {
        let entry: Int64
        let received: Int64
    }

    private var known: [Int64: Set<DriftPlace>] = [:]
    /// Of those, what stands for words that are erased by decisions still to come, with the words' digests.
    private var standing: [Int64: [DriftPlace: UInt64]] = [:]
    private var renamed: [Renamed] = []
    /// Notices that state.db does not know yet to tell of drift.
    private var notices: [(uid: String, source: Int64)] = []
    private var pending: [Key: Count] = [:]
    private var untold: [Int64: [Untold]] = [:]
    private var told: [Int64: Told] = [:]
    /// Sources of which a notice was told that state.db does not know of.
    private var unwritten: Set<Int64> = []

    init(from database: Database) throws {
        for row in try CheckedRow.fetchAll(database, sql: "SELECT source, entry, received FROM drift_told") {
            told[try row[0]] = try Told(entry: row[1], received: row[2])
        }
        for row in try CheckedRow.fetchAll(database, sql: "SELECT source, kind, place, first_entry, rank, digest FROM drift") {
            let source: Int64 = try row[0], entry: Int64 = try row[3], digest: Int64? = try row[5]
            let place = try DriftPlace(kind: row[1], place: row[2])
            known[source, default: []].insert(place)
            if let digest { standing[source, default: [:]][place] = UInt64(bitPattern: digest) }
            if told[source].map({ entry > $0.entry }) ?? true { untold[source, default: []].append(Untold(entry: entry, rank: try row[4], place: place)) }
        }
    }

    /// Counts what one receipt drifted in.
    ///
    /// - Parameter gone: Those of the places that stand for words which are erased.
    mutating func count(_ places: [DriftPlace], gone: [ErasedPlace] = [], source: Int64, entry: Int64, received: Int64) {
        for said in places {
            let erased = gone.first { $0.kind == said.kind && $0.place == said.place }
            var place = name(of: said, erased, source: source), rank: Int64 = 0
            if !known[source, default: []].contains(place) {
                if known[source, default: []].count >= Self.placesMax { place = .other }
                rank = Int64(places.count { $0 < place })
                if known[source, default: []].insert(place).inserted {
                    untold[source, default: []].append(Untold(entry: entry, rank: rank, place: place))
                    if let erased, place == said { standing[source, default: [:]][place] = erased.digest }
                }
            }
            var count = pending[Key(source: source, place: place)] ?? Count(rank: rank, first: entry, last: entry, received: received)
            count.number += 1
            count.last = entry
            count.received = received
            pending[Key(source: source, place: place)] = count
        }
    }

    /// The name that the place has by now: what is known of an erased word from others, or what stands for it.
    private mutating func name(of said: DriftPlace, _ erased: ErasedPlace?, source: Int64) -> DriftPlace {
        guard let places = known[source], !places.contains(said) else { return said }
        if let erased { return name(of: erased, source: source) ?? said }
        guard let old = standing[source]?.first(where: { ErasedPlace(digest: $0.value, at: $0.key).standsFor(said) })?.key else { return said }
        rename(old, to: said, source: source)
        return said
    }

    /// What the words that `erased` stands for are called, where they are known.
    private func name(of erased: ErasedPlace, source: Int64) -> DriftPlace? {
        standing[source]?.first { $0.key.kind == erased.kind && $0.value == erased.digest }?.key ?? known[source]?.first { erased.standsFor($0) }
    }

    private mutating func rename(_ old: DriftPlace, to new: DriftPlace, source: Int64) {
        known[source]?.remove(old)
        known[source]?.insert(new)
        standing[source]?[old] = nil
        if let index = untold[source]?.firstIndex(where: { $0.place == old }) { untold[source]?[index].place = new }
        if let count = pending.removeValue(forKey: Key(source: source, place: old)) { pending[Key(source: source, place: new)] = count }
        renamed.append(Renamed(source: source, old: old, new: new))
    }

    /// The places of `source` that a notice of `entry` is to tell, in the order in which they were first seen, without what stands for erased words; empty
    /// where none is due.
    mutating func tell(_ source: Int64, entry: Int64, received: Int64) -> [DriftPlace] {
        guard let places = untold[source], !places.isEmpty else { return [] }
        // A vendor whose members are named by hosts makes a place with each event.
        if let told = told[source], NoticeLimit.isTooSoon(received, after: told.received) { return [] }
        untold[source] = nil
        told[source] = Told(entry: entry, received: received)
        unwritten.insert(source)
        return places.sorted().map(\.place.told)
    }

    /// Remembers that the notice called `uid` tells of drift of `source`: an erasure looks there.
    mutating func noteTold(_ uid: String, source: Int64) { notices.append((uid, source)) }

    /// The uids of the notices that tell of drift of `source`, in order.
    mutating func notices(of source: Int64, in database: Database) throws -> [String] {
        try flush(to: database)
        return try String.fetchAll(database, sql: "SELECT uid FROM drift_notices WHERE source = ? ORDER BY uid", arguments: [source])
    }

    /// No longer counts what a receipt said whose words `gone` are erased; what nobody else said is called by what stands for it.
    ///
    /// - Parameter counted: How often the receipt was counted at each of them.
    mutating func erase(_ gone: [ErasedPlace], counted: [DriftPlace: Int64], source: Int64, in database: Database) throws {
        try flush(to: database)
        for erased in gone {
            guard let place = name(of: erased, source: source) else { continue }
            let new = DriftPlace(kind: erased.kind, place: erased.place), own = counted[new] ?? 0
            let row: StatementArguments = [source, place.kind, place.place]
            let all = try Int64.fetchOne(database, sql: "SELECT count FROM drift WHERE source = ? AND kind = ? AND place = ?", arguments: row)
            if all ?? 0 > own {
                try database.execute(sql: "UPDATE drift SET count = count - ? WHERE source = ? AND kind = ? AND place = ?", arguments: [own] + row)
            } else {
                rename(place, to: new, source: source)
            }
        }
        try flush(to: database)
    }

    /// The sources with places that were not told.
    var sourcesToTell: [Int64] { untold.isEmpty ? [] : untold.keys.sorted() }

    mutating func flush(to database: Database) throws {
        for names in renamed {
            try database.execute(
                sql: "UPDATE OR REPLACE drift SET place = ?, digest = NULL WHERE source = ? AND kind = ? AND place = ?",
                arguments: [names.new.place, names.source, names.old.kind, names.old.place])
        }
        renamed.removeAll()
        for (key, count) in pending {
            let digest = standing[key.source]?[key.place].map { Int64(bitPattern: $0) }
            try database.cachedStatement(
                sql: """
                    INSERT INTO drift VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source, kind, place)
                    DO UPDATE SET count = count + excluded.count, last_entry = excluded.last_entry, last_received = excluded.last_received
                    """
            ).execute(arguments: [key.source, key.place.kind, key.place.place, count.number, count.first, count.last, count.received, count.rank, digest])
        }
        pending.removeAll(keepingCapacity: true)
        for source in unwritten {
            guard let told = told[source] else { continue }
            try database.cachedStatement(sql: "INSERT OR REPLACE INTO drift_told VALUES (?, ?, ?)").execute(arguments: [source, told.entry, told.received])
        }
        unwritten.removeAll()
        for notice in notices {
            try database.cachedStatement(sql: "INSERT OR IGNORE INTO drift_notices VALUES (?, ?)").execute(arguments: [notice.source, notice.uid])
        }
        notices.removeAll()
    }
}
