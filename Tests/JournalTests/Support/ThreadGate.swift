import Glibc
import Synchronization

@testable import Journal

/// Holds threads up where a test wants them.
final class ThreadGate: Sendable {
    private let isClosed = Atomic<Bool>(false)
    private let waiting = Atomic<Int>(0)

    func close() { isClosed.store(true, ordering: .sequentiallyConsistent) }
    func open() { isClosed.store(false, ordering: .sequentiallyConsistent) }

    /// Returns when the gate is open.
    func pass() {
        waiting.add(1, ordering: .sequentiallyConsistent)
        while isClosed.load(ordering: .sequentiallyConsistent) { ThreadSignal.pause(milliseconds: 1) }
        waiting.subtract(1, ordering: .sequentiallyConsistent)
    }

    /// Returns when a thread stands at the gate.
    func waitUntilOneWaits() {
        while waiting.load(ordering: .sequentiallyConsistent) == 0 { ThreadSignal.pause(milliseconds: 1) }
    }
}
