import FindingModel

/// A moment that a vendor wrote.
package struct TimeReading: Equatable, Sendable {
    /// The first millisecond that the text can stand for; for a date alone that means its end, the last one of the day.
    package let time: Timestamp
    /// The last millisecond that the text can stand for: `10:30` lasts until 10:30:59.999.
    package let latest: Timestamp

    package init(time: Timestamp, latest: Timestamp) {
        self.time = time
        self.latest = latest
    }

    /// The reading, brought back to `limit` where it lies beyond.
    func limited(to limit: Timestamp) -> TimeReading { TimeReading(time: min(time, limit), latest: min(latest, limit)) }
}
