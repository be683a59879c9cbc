import Foundation
import Synchronization

enum Threads {
    /// Runs `body` on a thread of its own.
    static func start(_ body: @escaping @Sendable () -> Void) { Thread.detachNewThread { body() } }
}

/// Runs each piece of a task on a thread of its own, so that it may block.
private final class BlockingExecutor: TaskExecutor {
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        Thread.detachNewThread { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

/// Runs blocking work beside the tests' shared threads.
func onThread<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
    try await withTaskExecutorPreference(BlockingExecutor()) { try await blocking(body) }
}

@concurrent
private func blocking<T: Sendable>(_ body: @Sendable () throws -> T) async throws -> T { try body() }

/// Says to another thread that something has happened.
final class Flag: Sendable {
    private let state = Mutex(false)
    var isRaised: Bool { state.withLock { $0 } }
    func raise() { state.withLock { $0 = true } }
}
