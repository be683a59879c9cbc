import Synchronization

@testable import Journal

/// A receiver that keeps what it is told, and lets a test wait for it.
final class Collector: AppendReceiver {
    private struct State {
        var outcomes: [UInt64: Result<Appended, JournalError>] = [:]
        var calls: [Int] = []
        var waiting: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    func appended(_ outcomes: [AppendOutcome]) {
        let ready = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            for outcome in outcomes { state.outcomes[outcome.token] = outcome.outcome }
            state.calls.append(outcomes.count)
            let ready = state.waiting.filter { $0.count <= state.outcomes.count }
            state.waiting.removeAll { $0.count <= state.outcomes.count }
            return ready.map(\.continuation)
        }
        for continuation in ready { continuation.resume() }
    }

    var outcomes: [UInt64: Result<Appended, JournalError>] { state.withLock { $0.outcomes } }
    /// How many outcomes each call brought.
    var calls: [Int] { state.withLock { $0.calls } }

    /// Waits until `count` appends have ended.
    func wait(for count: Int) async {
        await withCheckedContinuation { continuation in
            let ready = state.withLock { state -> Bool in
                if state.outcomes.count >= count { return true }
                state.waiting.append((count, continuation))
                return false
            }
            if ready { continuation.resume() }
        }
    }
}
