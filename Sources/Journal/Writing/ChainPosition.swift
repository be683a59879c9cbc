import Digests
import FindingModel

/// Where a journal ends: what the next batch continues.
struct ChainPosition: Equatable, Sendable {
    /// The number that the next entry gets.
    var nextNumber: UInt64
    /// The hash of the last batch.
    var previousHash: SHA256Digest
    /// The receipt time of the last entry; no later one is before it.
    var receiptClock: Timestamp

    static let beginning = ChainPosition(nextNumber: 1, previousHash: .zero, receiptClock: Timestamp(milliseconds: .min))

    /// The receipt time of an entry that is written at `wall`.
    func receiptTime(at wall: Timestamp) -> Timestamp { max(receiptClock, wall) }
}
