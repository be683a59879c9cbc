import FindingModel

/// The moment that an event counts for, and whether its own time had to give way.
package struct EventTime: Equatable, Sendable {
    /// How far ahead of its receipt an event may say it happened: clocks differ by so much, not by more.
    package static let aheadMillisecondsMax: Int64 = 10 * 60 * 1000

    package let time: Timestamp
    /// What orders the event among others: the last millisecond that a coarse time can stand for.
    package let latest: Timestamp
    /// Whether `time` is the event's own; otherwise it comes from the receipt's, and arrival orders events within its millisecond.
    package let isOwn: Bool

    /// Decides between the time that the event says, if any, which may last until `latest`, and the time of its receipt.
    ///
    /// A time too far ahead gives way to the furthest that is allowed, not to the receipt's: otherwise the words of a clock that is just about
    /// so far ahead would be put in another order than they were said in.
    package init(said: Timestamp?, latest: Timestamp? = nil, received: Timestamp) {
        let limit = received.advanced(byMilliseconds: Self.aheadMillisecondsMax)
        isOwn = said.map { $0 <= limit } ?? false
        time = said.map { min($0, limit) } ?? received
        self.latest = isOwn ? max(latest ?? time, time) : time
    }

    /// The stamp of an event of this time that says `hash` about a record.
    package func stamp(rank: UInt32, hash: UInt64, entry: UInt64) -> Stamp {
        Stamp(
            time: latest, arrival: isOwn ? 0 : entry, rank: rank, hash: hash, entry: entry, spread: latest.milliseconds - time.milliseconds)
    }

    /// The time of an event of the same receipt that happened at `other`; this time where that is nothing.
    package func replaced(by other: Timestamp?, received: Timestamp) -> EventTime { other.map { EventTime(said: $0, received: received) } ?? self }
}
