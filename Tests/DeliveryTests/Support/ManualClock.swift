import Delivery
import FindingModel
import Synchronization

/// A clock that a test moves, or that jumps to the end of every wait by itself.
final class ManualClock: DeliveryClock {
    private struct Sleeper {
        let id: Int
        let deadline: Int64
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now: Int64
        var nextID = 0
        var sleepers: [Sleeper] = []
        var cancelled: Set<Int> = []
        var waits: [Duration] = []
    }

    private let isAutomatic: Bool
    private let state: Mutex<State>

    /// Begins at 2026-03-02T10:00:00.000Z.
    init(isAutomatic: Bool = false) {
        self.isAutomatic = isAutomatic
        state = Mutex(State(now: 1_772_445_600_000))
    }

    var now: Timestamp { Timestamp(milliseconds: state.withLock { $0.now }) }

    /// Every wait that was asked for, in order.
    var waits: [Duration] { state.withLock { $0.waits } }

    /// How many tasks wait at present.
    var sleeping: Int { state.withLock { $0.sleepers.count } }

    func sleep(for duration: Duration) async throws {
        try Task.checkCancellation()
        guard duration > .zero else { return }
        if isAutomatic {
            state.withLock { state in
                state.waits.append(duration)
                state.now += duration.wholeMilliseconds
            }
            await Task.yield()
            return
        }
        let id = state.withLock { state in
            state.waits.append(duration)
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.cancelled.remove(id) != nil { return true }
                    state.sleepers.append(Sleeper(id: id, deadline: state.now + duration.wholeMilliseconds, continuation: continuation))
                    return false
                }
                if isOver { continuation.resume(throwing: CancellationError()) }
            }
        } onCancel: {
            let sleeper: Sleeper? = state.withLock { state in
                guard let index = state.sleepers.firstIndex(where: { $0.id == id }) else {
                    state.cancelled.insert(id)
                    return nil
                }
                return state.sleepers.remove(at: index)
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Moves on, and wakes whoever's wait is over.
    func advance(by duration: Duration) {
        let due = state.withLock { state in
            state.now += duration.wholeMilliseconds
            let due = state.sleepers.filter { $0.deadline <= state.now }
            state.sleepers.removeAll { $0.deadline <= state.now }
            return due
        }
        for sleeper in due { sleeper.continuation.resume() }
    }
}
