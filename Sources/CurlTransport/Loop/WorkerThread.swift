import Glibc

/// A detached thread of its own, for work that blocks.
enum WorkerThread {
    private final class Work {
        let niceness: Int32
        let body: @Sendable () -> Void

        init(niceness: Int32, _ body: @escaping @Sendable () -> Void) {
            self.niceness = niceness
            self.body = body
        }

        func run() {
            // On Linux this is about the calling thread alone; a refusal leaves its priority as it was.
            setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, niceness)
            body()
        }
    }

    /// Runs `body` on a new thread that takes no signals; says whether the system gave one.
    ///
    /// OpenSSL writes to sockets without `MSG_NOSIGNAL`, and a peer that is gone must be an error, not SIGPIPE.
    static func start(niceness: Int32, _ body: @escaping @Sendable () -> Void) -> Bool {
        var all = sigset_t()
        var previous = sigset_t()
        sigfillset(&all)
        // A thread begins with its creator's mask, so there is no moment without it.
        pthread_sigmask(SIG_SETMASK, &all, &previous)
        defer { pthread_sigmask(SIG_SETMASK, &previous, nil) }
        var thread = pthread_t()
        let work = Unmanaged.passRetained(Work(niceness: niceness, body))
        let result = pthread_create(
            &thread, nil,
            { context in
                if let context { Unmanaged<Work>.fromOpaque(context).takeRetainedValue().run() }
                return nil
            }, work.toOpaque())
        guard result == 0 else {
            work.release()
            return false
        }
        pthread_detach(thread)
        return true
    }
}
