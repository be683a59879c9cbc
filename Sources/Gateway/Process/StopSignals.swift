import Dispatch
import Glibc
import Synchronization

/// SIGTERM and SIGINT: the first asks for a clean stop, the second ends the process at once.
package final class StopSignals: Sendable {
    private struct State {
        var waiters: [CheckedContinuation<Void, Never>] = []
        var count = 0
    }

    private let state = Mutex(State())

    /// Takes both signals over from now on; SIGPIPE is ignored, as every write reports its own error.
    package init() {
        signal(SIGPIPE, SIG_IGN)
        let queue = DispatchQueue(label: "weir.signals")
        for number in [SIGTERM, SIGINT] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            // The handler keeps its source, and so itself, for as long as the process lives.
            source.setEventHandler {
                _ = source
                self.received(number)
            }
            source.activate()
        }
    }

    /// Returns when the first signal has come.
    package func first() async {
        await withCheckedContinuation { continuation in
            let came = state.withLock { state in
                if state.count == 0 { state.waiters.append(continuation) }
                return state.count > 0
            }
            if came { continuation.resume() }
        }
    }

    /// Lets `first()` return as if a signal had come.
    package func trigger() { received(0) }

    private func received(_ number: Int32) {
        let (count, waiters) = state.withLock { state in
            if number != 0 || state.count == 0 { state.count += 1 }
            defer { state.waiters = [] }
            return (state.count, state.waiters)
        }
        for waiter in waiters { waiter.resume() }
        // 128 + signal would be 130 and more: codes of 64 and above are never used.
        if count > 1 { _exit(1) }
    }
}
