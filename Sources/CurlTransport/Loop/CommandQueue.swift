import Synchronization

/// A request on its way to the loop thread.
struct Submission: Sendable {
    let id: UInt64
    /// Sets the exchange up on a handle of the loop thread.
    let begin: @Sendable (EasyHandle) throws(TransportError) -> any LoopTransfer
    /// Tells the caller that it did not begin.
    let fail: @Sendable (TransportError) -> Void
}

/// What callers want from the loop thread; the only state that both touch.
final class CommandQueue: Sendable {
    struct Commands: Sendable {
        var submissions: [Submission] = []
        /// Ids of requests to give up, some of which may have ended meanwhile.
        var cancellations: [UInt64] = []
        var isStopping = false
    }

    private struct State {
        var commands = Commands()
        var nextID: UInt64 = 1
        var isClosed = false
        var waitingForEnd: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// A number for the next request.
    func newID() -> UInt64 {
        state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
    }

    /// Hands a request over; false when the loop has ended and the caller has to answer it.
    func submit(_ submission: Submission) -> Bool {
        state.withLock { state in
            guard !state.isClosed, !state.commands.isStopping else { return false }
            state.commands.submissions.append(submission)
            return true
        }
    }

    func cancel(_ id: UInt64) { state.withLock { $0.commands.cancellations.append(id) } }

    /// Whether the caller of a request under way has given it up, or everything is to end: for what blocks the loop thread meanwhile.
    func isGivenUp(_ id: UInt64) -> Bool { state.withLock { $0.commands.isStopping || $0.commands.cancellations.contains(id) } }

    func stop() { state.withLock { $0.commands.isStopping = true } }

    /// Everything asked for since the last call.
    func take() -> Commands {
        state.withLock { state in
            let commands = state.commands
            state.commands = Commands(isStopping: commands.isStopping)
            return commands
        }
    }

    /// Says that the loop has ended.
    func close() {
        let waiting = state.withLock { state in
            state.isClosed = true
            defer { state.waitingForEnd = [] }
            return state.waitingForEnd
        }
        for waiter in waiting { waiter.resume() }
    }

    /// Returns when the loop has ended.
    func waitForEnd() async {
        await withCheckedContinuation { waiter in
            let isClosed = state.withLock { state in
                if !state.isClosed { state.waitingForEnd.append(waiter) }
                return state.isClosed
            }
            if isClosed { waiter.resume() }
        }
    }
}
