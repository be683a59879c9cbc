import GRDB

/// One thing that an adapter did not know: what kind of thing, and where.
package struct DriftPlace: Hashable, Sendable {
    /// `kind`, `field`, `enum`, `type`, `json`, `key`, or `time`.
    package let kind: String
    package let place: String

    package init(kind: String, place: String) {
        self.kind = kind
        self.place = place
    }

    /// What stands for all places of a source beyond the first ones.
    static let other = DriftPlace(kind: "other", place: "other")

    /// An event's own time lay too far ahead of its receipt.
    static let eventTime = DriftPlace(kind: "time", place: "event.time")
}

/// Drift by source and place, counted in memory during a batch and added in its transaction.
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

    private var known: [Int64: Set<DriftPlace>] = [:]
    private var pending: [Key: Count] = [:]

    init(from database: Database) throws {
        for row in try Row.fetchAll(database, sql: "SELECT source, kind, place FROM drift") {
            known[row[0], default: []].insert(DriftPlace(kind: row[1], place: row[2]))
        }
    }

    /// Counts what one receipt drifted in; returns the places that its source had not shown before, in the order given.
    mutating func count(_ places: [DriftPlace], source: Int64, entry: Int64, received: Int64) -> [DriftPlace] {
        var fresh: [DriftPlace] = []
        for said in places {
            var place = said
            if !known[source, default: []].contains(said) {
                if known[source, default: []].count >= Self.placesMax { place = .other }
                if known[source, default: []].insert(place).inserted { fresh.append(place) }
            }
            var count = pending[Key(source: source, place: place)] ?? Count(first: entry, last: entry, received: received)
            count.number += 1
            count.last = entry
            count.received = received
            pending[Key(source: source, place: place)] = count
        }
        return fresh
    }

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
    }
}
