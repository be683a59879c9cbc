import FindingModel

/// The newest words of one notice.
package struct NoticeState: Equatable, Sendable {
    package internal(set) var notice: Notice?
    package internal(set) var stamp: Stamp?

    package init() {}

    /// Takes in an event's notice; the stamp's hash must be `ContentHash.of(event)`.
    package mutating func apply(_ event: Notice, stamp: Stamp) {
        if let held = self.stamp, held >= stamp { return }
        notice = event
        self.stamp = stamp
    }

    /// Whether an event without a key only repeats the newest one.
    package func isRepeated(by stamp: Stamp) -> Bool { self.stamp.map { stamp.repeats($0) } ?? false }
}
