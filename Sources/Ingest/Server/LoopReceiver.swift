import Journal
import NIOCore
import Synchronization

/// Brings the journal's answers to the event loop that waits for them, with one wake-up for each batch.
final class LoopReceiver: AppendReceiver {
    private let loop: any EventLoop
    private let shard: NIOLoopBound<Shard>
    private let isOpen = Mutex(true)

    init(loop: any EventLoop, shard: NIOLoopBound<Shard>) {
        self.loop = loop
        self.shard = shard
    }

    func appended(_ outcomes: [AppendOutcome]) {
        // Under the lock, so that nothing is handed to a loop that has ended.
        isOpen.withLock { isOpen in
            guard isOpen else { return }
            loop.execute { self.shard.value.settle(outcomes) }
        }
    }

    /// Drops what still comes.
    func close() { isOpen.withLock { $0 = false } }
}
