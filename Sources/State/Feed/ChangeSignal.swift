import Synchronization

/// Wakes who waits for a change that was not there before.
package final class ChangeSignal: Sendable {
    private struct Waiter {
        let id: UInt64
        let after: UInt64
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var last: UInt64 = 0
        var nextID: UInt64 = 0
        var waiters: [Waiter] = []
        /// Waits that were cancelled before they began.
        var cancelled: Set<UInt64> = []
    }

    private let state = Mutex(State())

    package init() {}

    /// Says that changes up to `sequence` can be read.
    package func advance(to sequence: UInt64) {
        let ready = state.withLock { state -> [Waiter] in
            state.last = max(state.last, sequence)
            let ready = state.waiters.filter { $0.after < state.last }
            state.waiters.removeAll { $0.after < state.last }
            return ready
        }
        for waiter in ready { waiter.continuation.resume() }
    }

    /// Begins again at no change, and wakes whoever waits: the row of changes is made anew.
    package func restart() { wake { $0.last = 0 } }

    /// Wakes whoever waits, because words were taken out of changes.
    package func wake() { wake { _ in } }

    private func wake(_ change: (inout State) -> Void) {
        let waiters = state.withLock { state in
            change(&state)
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.continuation.resume() }
    }

    /// Returns when a change after `sequence` can be read, or the task is cancelled.
    ///
    /// - Parameter isPast: Looked at once no later `restart` or `wake` can be missed: whether there is nothing to wait for, as one came before.
    package func wait(after sequence: UInt64, unless isPast: @Sendable () -> Bool = { false }) async {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.cancelled.remove(id) != nil || state.last > sequence || isPast() { return true }
                    state.waiters.append(Waiter(id: id, after: sequence, continuation: continuation))
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { state -> Waiter? in
                guard let index = state.waiters.firstIndex(where: { $0.id == id }) else {
                    state.cancelled.insert(id)
                    return nil
                }
                return state.waiters.remove(at: index)
            }
            waiter?.continuation.resume()
        }
        // A wait that ended by itself while it was being cancelled leaves no mark behind.
        state.withLock { state in _ = state.cancelled.remove(id) }
    }
}
