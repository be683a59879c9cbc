import FindingModel
import Synchronization

/// The request of one pump that is under way, kept apart from the pump's own task: stopping the pump lets the request come to its
/// end, and only `abandon` cuts it off.
final class DeliveryAttempt: Sendable {
    private struct State {
        var task: Task<DeliveryOutcome, Never>?
        var isAbandoned = false
    }

    private let state = Mutex(State())

    func run(_ sink: any EventSink, _ batch: [Change]) async -> DeliveryOutcome {
        let task = Task(executorPreference: DeliveryExecutor.shared) { await sink.deliver(batch) }
        let isAbandoned = state.withLock { state in
            state.task = task
            return state.isAbandoned
        }
        if isAbandoned { task.cancel() }
        defer { state.withLock { $0.task = nil } }
        return await task.value
    }

    /// Cancels the request under way and every later one.
    func abandon() {
        let task = state.withLock { state in
            state.isAbandoned = true
            return state.task
        }
        task?.cancel()
    }
}
