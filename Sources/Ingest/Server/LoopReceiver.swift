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
        run { self.shard.value.settle(outcomes) }
    }

    /// Runs `body` on the loop, unless it has ended.
    func run(_ body: @escaping @Sendable () -> Void) {
        // Under the lock, so that nothing is handed to a loop that has ended.
        isOpen.withLock { isOpen in
            if isOpen { loop.execute(body) }
        }
    }

    /// Has a connection of that loop closed, which has given way.
    func letGo(_ ticket: SharedState.Table.Ticket, _ code: AnswerCode) {
        run { self.shard.value.letGo([ticket], code) }
    }

    /// Drops what still comes.
    func close() { isOpen.withLock { $0 = false } }
}
