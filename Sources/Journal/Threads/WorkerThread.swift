import Glibc

/// A thread of the journal's own: blocking calls do not belong on the cooperative pool.
enum WorkerThread {
    /// How the scheduler treats the thread beside the others of the process.
    enum Priority: Sendable {
        case normal
        /// Gives way to everything that answers senders.
        case low
    }

    /// Starts `body` on a new thread, which the system shows by the first 15 bytes of `name`.
    static func start(_ name: String, priority: Priority = .normal, _ body: @escaping @Sendable () -> Void) throws(SystemError) {
        let start = ThreadStart(name: name, priority: priority, body: body)
        var thread = pthread_t()
        let argument = Unmanaged.passRetained(start)
        let result = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, argument.toOpaque())
        guard result == 0 else {
            argument.release()
            throw SystemError("pthread_create", result)
        }
        pthread_detach(thread)
    }
}

private final class ThreadStart: Sendable {
    private let name: String
    private let priority: WorkerThread.Priority
    private let body: @Sendable () -> Void

    init(name: String, priority: WorkerThread.Priority, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.priority = priority
        self.body = body
    }

    func run() {
        showName()
        // On Linux 0 means the calling thread, not the process.
        if priority == .low { _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10) }
        body()
    }

    /// Names the thread for those who look at the process; it works without.
    private func showName() {
        let descriptor = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        _ = name.utf8.prefix(15).withContiguousStorageIfAvailable { write(descriptor, $0.baseAddress, $0.count) }
        close(descriptor)
    }
}
