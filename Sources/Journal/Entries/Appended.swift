import FindingModel

/// Where an accepted draft stands in the journal.
package struct Appended: Sendable, Equatable {
    /// The entry's number; a duplicate's is that of the first equal receipt.
    package let number: UInt64
    /// The receipt time; for a duplicate, the time at which the duplicate came.
    package let receivedTime: Timestamp
    /// Whether an equal receipt was there before, so that nothing was written.
    package let duplicate: Bool

    package init(number: UInt64, receivedTime: Timestamp, duplicate: Bool) {
        self.number = number
        self.receivedTime = receivedTime
        self.duplicate = duplicate
    }
}
