import FindingModel

/// The newest words of one notice.
package struct NoticeState: Equatable, Sendable {
    package internal(set) var notice: Notice?
    package internal(set) var stamp: Stamp?
    package var told = ToldTime()
    /// Set while the unmapped rest is too large to stand in `notice`.
    package internal(set) var unmapped: ReceiptReference?

    package init() {}

    /// Takes in an event's notice; the stamp's hash must be `ContentHash.of(event)`.
    ///
    /// - Parameter generation: The number of the `config` entry that the event was mapped with.
    package mutating func apply(_ event: Notice, stamp: Stamp, generation: UInt64 = 0) {
        if let held = self.stamp, held >= stamp { return }
        notice = event
        self.stamp = stamp
        // The gateway's own notices have no receipt that anything could stay in, and are short.
        let isLarge = event.raw != nil && ReceiptReference.isTooLarge(event.unmapped)
        if isLarge { notice?.unmapped = nil }
        unmapped = isLarge ? ReceiptReference(entry: stamp.entry, generation: generation) : nil
    }

    /// Lets a stamp of a receipt that lies ahead of one received at `received`, whose stamp is `stamp`, count as older than it.
    package mutating func bringBack(to stamp: Stamp, received: Timestamp) { self.stamp?.bringBack(to: stamp, received: received) }

    /// Whether an event without a key only repeats the newest one.
    package func isRepeated(by stamp: Stamp) -> Bool { self.stamp.map { stamp.repeats($0) } ?? false }
}
