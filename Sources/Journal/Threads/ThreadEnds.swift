import Synchronization

/// Counts threads that run, for those that wait until all of them have ended.
final class ThreadEnds: Sendable {
    private struct State {
        var running = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// Starts a counted thread.
    func start(_ name: String, priority: WorkerThread.Priority, _ body: @escaping @Sendable () -> Void) throws(SystemError) {
        state.withLock { $0.running += 1 }
        do throws(SystemError) {
            try WorkerThread.start(name, priority: priority) {
                body()
                self.end()
            }
        } catch {
            end()
            throw error
        }
    }

    private func end() {
        let waiting = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.running -= 1
            guard state.running == 0 else { return [] }
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            let ended = state.withLock { state -> Bool in
                if state.running > 0 { state.waiting.append(continuation) }
                return state.running == 0
            }
            if ended { continuation.resume() }
        }
    }
}
