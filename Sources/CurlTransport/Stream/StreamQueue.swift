import Dispatch
import Synchronization

/// Says that nobody waits for a piece any more.
final class StreamCancellation: Sendable {
    private let flag = Atomic(false)

    var isCancelled: Bool { flag.load(ordering: .relaxed) }

    func cancel() { flag.store(true, ordering: .relaxed) }
}

/// A piece on its way to the stream's thread, with the place its result goes to.
struct StreamPiece: Sendable {
    /// One after the other without a break, or each a datagram.
    let messages: [[UInt8]]
    let cancellation: StreamCancellation
    let reply: CheckedContinuation<Result<Void, TransportError>, Never>
}

/// What callers want from the stream's thread; the only state that both touch.
final class StreamQueue: Sendable {
    enum Command {
        case send(StreamPiece)
        /// Nothing came in the time that was given.
        case idle
        case stop
    }

    private struct State {
        var pieces: [StreamPiece] = []
        /// The piece that the thread works on.
        var current: StreamCancellation?
        var isStopping = false
        var isClosed = false
        var waitingForEnd: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    /// Counts pieces that nobody has taken yet, and the stop.
    private let ready = DispatchSemaphore(value: 0)

    /// Hands a piece over; false when the stream has ended and the caller has to answer it.
    func submit(_ piece: StreamPiece) -> Bool {
        let isTaken = state.withLock { state in
            guard !state.isStopping else { return false }
            state.pieces.append(piece)
            return true
        }
        if isTaken { ready.signal() }
        return isTaken
    }

    /// Ends the piece under way and those that wait.
    func stop() {
        state.withLock { state in
            state.isStopping = true
            state.current?.cancel()
        }
        ready.signal()
    }

    /// The next thing to do; waits for it, at most `wait` where one is given.
    func next(within wait: Duration?) -> Command {
        if let wait {
            let (seconds, attoseconds) = wait.components
            let nanoseconds = Double(seconds) * 1e9 + Double(attoseconds) / 1e9
            guard ready.wait(timeout: .now() + nanoseconds / 1e9) == .success else { return .idle }
        } else {
            ready.wait()
        }
        return state.withLock { state in
            guard !state.isStopping, !state.pieces.isEmpty else { return .stop }
            let piece = state.pieces.removeFirst()
            state.current = piece.cancellation
            return .send(piece)
        }
    }

    /// Says that the thread has ended, and gives back what it never took.
    func close() -> [StreamPiece] {
        let (pieces, waiting) = state.withLock { state in
            state.isClosed = true
            defer { (state.pieces, state.waitingForEnd) = ([], []) }
            return (state.pieces, state.waitingForEnd)
        }
        for waiter in waiting { waiter.resume() }
        return pieces
    }

    /// Returns when the thread has ended.
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
