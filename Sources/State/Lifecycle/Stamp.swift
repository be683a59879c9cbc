import FindingModel

/// When something was said: what orders the events of a record, so that any order of arrival ends the same.
package struct Stamp: Hashable, Sendable {
    /// The event's time, or the receipt time where the event has none.
    package var time: Timestamp
    /// For an event without a time of its own the entry's number, because then arrival is all there is to order by; 0 otherwise.
    package var arrival: UInt64
    /// The event kind's position among its adapter's kinds.
    package var rank: UInt32
    /// A hash of what the event says about the record.
    package var hash: UInt64
    /// The receipt; of two receipts that say the same at the same time, the first counts.
    package var entry: UInt64

    package init(time: Timestamp, arrival: UInt64 = 0, rank: UInt32 = 0, hash: UInt64 = 0, entry: UInt64 = 0) {
        self.time = time
        self.arrival = arrival
        self.rank = rank
        self.hash = hash
        self.entry = entry
    }

    /// Whether an event without a key only repeats what `newest`, the newest event about the same record, said.
    ///
    /// Without a time of its own it repeats at any time; with one, only at the same.
    package func repeats(_ newest: Stamp) -> Bool {
        rank == newest.rank && hash == newest.hash && (arrival != 0 || time == newest.time)
    }
}

extension Stamp: Comparable {
    package static func < (left: Stamp, right: Stamp) -> Bool {
        if left.time != right.time { return left.time < right.time }
        if left.arrival != right.arrival { return left.arrival < right.arrival }
        if left.rank != right.rank { return left.rank < right.rank }
        if left.hash != right.hash { return left.hash < right.hash }
        return left.entry > right.entry
    }
}
