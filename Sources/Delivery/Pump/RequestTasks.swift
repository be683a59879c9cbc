import Synchronization

/// The requests of one pump that are under way, kept apart from the pump's own task: stopping the pump lets them come to their end, and only
/// `abandon` cuts them off.
final class RequestTasks: Sendable {
    private struct State {
        var tasks: [Int: Task<Void, Never>] = [:]
        var isAbandoned = false
    }

    private let state = Mutex(State())

    /// Begins a request; `body` reports how it ended.
    func start(_ id: Int, _ body: @escaping @Sendable () async -> Void) {
        let task = Task(executorPreference: DeliveryExecutor.shared) { await body() }
        let isAbandoned = state.withLock { state in
            state.tasks[id] = task
            return state.isAbandoned
        }
        if isAbandoned { task.cancel() }
    }

    /// Forgets a request that has ended.
    func end(_ id: Int) { state.withLock { _ = $0.tasks.removeValue(forKey: id) } }

    /// Cancels the requests under way and every later one.
    func abandon() {
        let tasks = state.withLock { state in
            state.isAbandoned = true
            return state.tasks.values.map { $0 }
        }
        for task in tasks { task.cancel() }
    }

    /// Returns when every request has ended.
    func wait() async {
        for task in state.withLock({ $0.tasks.values.map { $0 } }) { await task.value }
    }
}
