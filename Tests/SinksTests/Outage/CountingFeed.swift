import FindingModel
import State
import Synchronization

/// Another feed, and how many changes were read from it.
final class CountingFeed: ChangeFeed {
    private let feed: any ChangeFeed
    private let count = Mutex(0)

    init(_ feed: any ChangeFeed) { self.feed = feed }

    var read: Int { count.withLock { $0 } }

    func changes(after sequence: UInt64, limit: Int, maxBytes: Int) async throws -> [Change] {
        let page = try await feed.changes(after: sequence, limit: limit, maxBytes: maxBytes)
        count.withLock { $0 += page.count }
        return page
    }

    func lastSequence() async throws -> UInt64 { try await feed.lastSequence() }
    func firstSequence(from beginning: ReceiptBound) async throws -> UInt64 { try await feed.firstSequence(from: beginning) }
    func lastSequence(before end: ReceiptBound) async throws -> UInt64 { try await feed.lastSequence(before: end) }
    func isCaughtUp() async throws -> Bool { try await feed.isCaughtUp() }
    func place(of id: String) async throws -> ChangePlace { try await feed.place(of: id) }
    func newestChange(of uid: String) async throws -> Change? { try await feed.newestChange(of: uid) }
    func waitForChange(after sequence: UInt64, in epoch: UInt64) async { await feed.waitForChange(after: sequence, in: epoch) }
}
