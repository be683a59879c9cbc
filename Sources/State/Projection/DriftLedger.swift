import GRDB

/// One thing that an adapter did not know: what kind of thing, and where.
package struct DriftPlace: Hashable, Sendable {
    /// `kind`, `field`, `enum`, `type`, `json` or `key`.
    package let kind: String
    package let place: String

    package init(kind: String, place: String) {
        self.kind = kind
        self.place = place
    }

    /// What stands for all places of a source beyond the first ones.
    static let other = DriftPlace(kind: "other", place: "other")
}

/// Drift by source and place, counted in memory during a batch and added in its transaction; and which places its notices have told.
struct DriftLedger {
    /// Places that are kept apart for one source; what a vendor can make up has to end somewhere.
    static let placesMax = 1000
    private struct Key: Hashable {
        let source: Int64
        let place: DriftPlace
    }

    private struct Count {
        var number: Int64 = 0
        var first: Int64
        var last: Int64
        var received: Int64
    }

    /// A place that no notice has told, and the entry that showed it first.
    private struct Untold {
        let entry: Int64
        let place: DriftPlace
    }

    /// The newest notice about a source: places of later entries are not told.
    private struct Told {
        let entry: Int64
        let received: Int64
    }

    private var known: [Int64: Set<DriftPlace>] = [:]
    private var pending: [Key: Count] = [:]
    private var untold: [Int64: [Untold]] = [:]
    private var told: [Int64: Told] = [:]
    /// Sources of which a notice was told that state.db does not know of.
    private var unwritten: Set<Int64> = []

    init(from database: Database) throws {
        for row in try Row.fetchWhole(database, sql: "SELECT source, entry, received FROM drift_told") {
            told[row[0]] = Told(entry: row[1], received: row[2])
        }
        for row in try Row.fetchWhole(database, sql: "SELECT source, kind, place, first_entry FROM drift") {
            let source: Int64 = row[0], entry: Int64 = row[3]
            let place = DriftPlace(kind: row[1], place: row[2])
            known[source, default: []].insert(place)
            if told[source].map({ entry > $0.entry }) ?? true { untold[source, default: []].append(Untold(entry: entry, place: place)) }
        }
    }

    /// Counts what one receipt drifted in.
    mutating func count(_ places: [DriftPlace], source: Int64, entry: Int64, received: Int64) {
        for said in places {
            var place = said
            if !known[source, default: []].contains(said) {
                if known[source, default: []].count >= Self.placesMax { place = .other }
                if known[source, default: []].insert(place).inserted { untold[source, default: []].append(Untold(entry: entry, place: place)) }
            }
            var count = pending[Key(source: source, place: place)] ?? Count(first: entry, last: entry, received: received)
            count.number += 1
            count.last = entry
            count.received = received
            pending[Key(source: source, place: place)] = count
        }
    }

    /// The places of `source` that a notice of `entry` is to tell, in the order in which they were first seen; empty where none is due.
    mutating func tell(_ source: Int64, entry: Int64, received: Int64) -> [DriftPlace] {
        guard let places = untold[source], !places.isEmpty else { return [] }
        // A vendor whose members are named by hosts makes a place with each event.
        if let told = told[source], NoticeLimit.isTooSoon(received, after: told.received) { return [] }
        untold[source] = nil
        told[source] = Told(entry: entry, received: received)
        unwritten.insert(source)
        return places.sorted { ($0.entry, $0.place.kind, $0.place.place) < ($1.entry, $1.place.kind, $1.place.place) }.map(\.place)
    }

    /// Puts what stands for them in the place of words that were erased.
    mutating func erase(_ gone: [ErasedPlace], source: Int64, in database: Database) throws {
        try flush(to: database)
        for place in known[source] ?? [] {
            guard let erased = gone.first(where: { $0.standsFor(place) }) else { continue }
            let new = DriftPlace(kind: place.kind, place: erased.place)
            known[source]?.remove(place)
            known[source]?.insert(new)
            untold[source] = untold[source]?.map { $0.place == place ? Untold(entry: $0.entry, place: new) : $0 }
            try database.execute(
                sql: "UPDATE OR REPLACE drift SET place = ? WHERE source = ? AND kind = ? AND place = ?",
                arguments: [new.place, source, place.kind, place.place])
        }
    }

    /// The sources with places that were not told.
    var sourcesToTell: [Int64] { untold.isEmpty ? [] : untold.keys.sorted() }

    mutating func flush(to database: Database) throws {
        for (key, count) in pending {
            try database.cachedStatement(
                sql: """
                    INSERT INTO drift VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source, kind, place)
                    DO UPDATE SET count = count + excluded.count, last_entry = excluded.last_entry, last_received = excluded.last_received
                    """
            ).execute(arguments: [key.source, key.place.kind, key.place.place, count.number, count.first, count.last, count.received])
        }
        pending.removeAll(keepingCapacity: true)
        for source in unwritten {
            guard let told = told[source] else { continue }
            try database.cachedStatement(sql: "INSERT OR REPLACE INTO drift_told VALUES (?, ?, ?)").execute(arguments: [source, told.entry, told.received])
        }
        unwritten.removeAll()
    }
}
