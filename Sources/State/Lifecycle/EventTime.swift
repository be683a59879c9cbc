import FindingModel

/// The moment that an event counts for, and whether its own time had to give way.
package struct EventTime: Equatable, Sendable {
    /// How far ahead of its receipt an event may say it happened: clocks differ by so much, not by more.
    package static let aheadMillisecondsMax: Int64 = 10 * 60 * 1000

    package let time: Timestamp
    /// Whether `time` is the event's own; otherwise it is the receipt's, and arrival orders events within its millisecond.
    package let isOwn: Bool
    /// Whether the event's own time lay too far ahead and was replaced.
    package let isDrift: Bool

    /// Decides between the time that the event says, if any, and the time of its receipt.
    package init(said: Timestamp?, received: Timestamp) {
        guard let said else {
            (time, isOwn, isDrift) = (received, false, false)
            return
        }
        let ahead = said > received.advanced(byMilliseconds: Self.aheadMillisecondsMax)
        (time, isOwn, isDrift) = (ahead ? received : said, !ahead, ahead)
    }

    /// The stamp of an event of this time that says `hash` about a record.
    package func stamp(rank: UInt32, hash: UInt64, entry: UInt64) -> Stamp {
        Stamp(time: time, arrival: isOwn ? 0 : entry, rank: rank, hash: hash, entry: entry)
    }
}
