import Dispatch
import Glibc
import Synchronization

/// Two threads of low priority on which delivery's tasks run: what is received comes before what is delivered.
///
/// There is one for the process, which never ends, because the runtime holds executors without owning them.
final class DeliveryExecutor: TaskExecutor {
    static let shared = DeliveryExecutor(threads: 2)

    private struct State {
        /// Jobs in the order they came; those before `next` are done with.
        var jobs: [UnownedJob] = []
        var next = 0
    }

    private let state = Mutex(State())
    /// Counts the jobs that nobody has taken yet.
    private let ready = DispatchSemaphore(value: 0)

    private init(threads: Int) {
        for _ in 0..<threads { startThread() }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { $0.jobs.append(job) }
        ready.signal()
    }

    private func startThread() {
        var thread = pthread_t()
        let context = Unmanaged.passRetained(self).toOpaque()
        let result = pthread_create(
            &thread, nil,
            { context in
                // On Linux, 0 names the calling thread (setpriority(2)); a refusal leaves its priority as it was.
                setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
                if let context { Unmanaged<DeliveryExecutor>.fromOpaque(context).takeRetainedValue().work() }
                return nil
            }, context)
        guard result == 0 else { fatalError("the system gives no thread: \(String(cString: strerror(result)))") }
        pthread_detach(thread)
    }

    private func work() {
        while true {
            ready.wait()
            take()?.runSynchronously(on: asUnownedTaskExecutor())
        }
    }

    private func take() -> UnownedJob? {
        state.withLock { state in
            guard state.next < state.jobs.count else { return nil }
            defer {
                state.next += 1
                if state.next == state.jobs.count {
                    state.jobs.removeAll(keepingCapacity: state.jobs.capacity < 1024)
                    state.next = 0
                } else if state.next >= 1024 {
                    // Under steady load there is always a job behind this one.
                    state.jobs.removeFirst(state.next)
                    state.next = 0
                }
            }
            return state.jobs[state.next]
        }
    }
}
