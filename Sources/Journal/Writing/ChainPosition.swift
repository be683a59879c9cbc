import Digests
import FindingModel

/// Where a journal ends: what the next batch continues.
struct ChainPosition: Equatable, Sendable {
    /// The number that the next entry gets.
    var nextNumber: UInt64
    /// The hash of the last batch.
    var previousHash: SHA256Digest
    /// The receipt time of the last entry; a later one is before it only behind a `ClockStep`.
    var receiptClock: Timestamp

    /// How far receipt times may run ahead of the wall clock, in milliseconds.
    static let aheadMax: Int64 = 600_000

    static let beginning = ChainPosition(nextNumber: 1, previousHash: .zero, receiptClock: Timestamp(milliseconds: .min))

    /// The receipt time of an entry that is written at `wall`, as long as no step is due.
    func receiptTime(at wall: Timestamp) -> Timestamp { max(receiptClock, wall) }

    /// What is to be written before any other entry at `wall`, where the clock that gave the last receipt time had been ahead.
    func step(at wall: Timestamp) -> ClockStep? {
        receiptClock > wall.advanced(byMilliseconds: Self.aheadMax) ? ClockStep(from: receiptClock, to: wall) : nil
    }
}
