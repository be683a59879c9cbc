import FindingModel

/// When something was said: what orders the events of a record, so that any order of arrival ends the same.
package struct Stamp: Hashable, Sendable {
    /// The last millisecond that the event's time can stand for, or the receipt time where the event has none.
    package var time: Timestamp
    /// For an event without a time of its own the entry's number, because then arrival is all there is to order by; 0 otherwise.
    package var arrival: UInt64
    /// How far on the status that the event says is: of two words of one moment the further one is the later.
    package var further: UInt8
    /// The event kind's position among its adapter's kinds.
    package var rank: UInt32
    /// A hash of what the event says about the record.
    package var hash: UInt64
    /// The receipt; of two receipts that say the same at the same time, the first counts.
    package var entry: UInt64
    /// Milliseconds from the first moment that the event's time can stand for to `time`; orders nothing.
    package var spread: Int64

    package init(time: Timestamp, arrival: UInt64 = 0, further: UInt8 = 0, rank: UInt32 = 0, hash: UInt64 = 0, entry: UInt64 = 0, spread: Int64 = 0) {
        self.time = time
        self.arrival = arrival
        self.further = further
        self.rank = rank
        self.hash = hash
        self.entry = entry
        self.spread = spread
    }

    /// The event's time, as changes and records show it.
    package var eventTime: Timestamp { time.advanced(byMilliseconds: spread > 0 ? -spread : 0) }

    /// The stamp of the same words for a status that is so far on.
    package func of(further: UInt8) -> Stamp {
        var stamp = self
        stamp.further = further
        return stamp
    }

    /// Whether an event without a key only repeats what `newest`, the newest event about the same record, said.
    ///
    /// Without a time of its own it repeats at any time; with one, only at the same.
    package func repeats(_ newest: Stamp) -> Bool {
        rank == newest.rank && hash == newest.hash && (arrival != 0 || time == newest.time)
    }

    /// Whether both are of the same words said at the same time, whichever receipts brought them.
    func isSameWord(as other: Stamp) -> Bool {
        time == other.time && arrival == other.arrival && further == other.further && rank == other.rank && hash == other.hash
    }
}

extension Stamp: Comparable {
    package static func < (left: Stamp, right: Stamp) -> Bool {
        if left.time != right.time { return left.time < right.time }
        if left.arrival != right.arrival { return left.arrival < right.arrival }
        if left.further != right.further { return left.further < right.further }
        if left.rank != right.rank { return left.rank < right.rank }
        if left.hash != right.hash { return left.hash < right.hash }
        return left.entry > right.entry
    }
}

extension Stamp {
    /// Whether the stamp has its time from a clock that was ahead, as a receipt of the moment `received` shows.
    func liesAhead(of received: Timestamp) -> Bool {
        arrival != 0 && time > received.advanced(byMilliseconds: EventTime.aheadMillisecondsMax)
    }

    /// Makes a stamp that lies ahead of a receipt older than that receipt's; such stamps stay in their order.
    mutating func bringBack(to stamp: Stamp, received: Timestamp) {
        guard liesAhead(of: received) else { return }
        time = min(stamp.time, received).advanced(byMilliseconds: -1)
    }
}
