import FindingModel

/// The moment that an event counts for, and whether its own time had to give way.
package struct EventTime: Equatable, Sendable {
    /// How far ahead of its receipt an event may say it happened: clocks differ by so much, not by more.
    package static let aheadMillisecondsMax: Int64 = 10 * 60 * 1000

    package let time: Timestamp
    /// What orders the event among others: the last millisecond that a coarse time can stand for.
    package let latest: Timestamp
    /// Whether `time` is the event's own; otherwise it is the receipt's, and arrival orders events within its millisecond.
    package let isOwn: Bool
    /// Whether the event's own time lay too far ahead and was replaced.
    package let isDrift: Bool

    /// Decides between the time that the event says, if any, which may last until `latest`, and the time of its receipt.
    package init(said: Timestamp?, latest: Timestamp? = nil, received: Timestamp) {
        isDrift = said.map { $0 > received.advanced(byMilliseconds: Self.aheadMillisecondsMax) } ?? false
        isOwn = said != nil && !isDrift
        let time = isOwn ? said ?? received : received
        self.time = time
        self.latest = isOwn ? max(latest ?? time, time) : received
    }

    /// The stamp of an event of this time that says `hash` about a record.
    package func stamp(rank: UInt32, hash: UInt64, entry: UInt64) -> Stamp {
        Stamp(time: latest, arrival: isOwn ? 0 : entry, rank: rank, hash: hash, entry: entry)
    }
}
