import Glibc

/// What the process asks of the system before it serves.
package enum ProcessLimits {
    /// Raises the number of files and sockets to what the system allows at most; returns the number.
    @discardableResult package static func raiseOpenFiles() -> UInt64 {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return UInt64(limit.rlim_cur)
    }

    /// Keeps what the process holds, secrets above all, out of core files, also of those that go to a program; a debugger of the same user
    /// is kept away too.
    package static func forbidCoreFiles() {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        // prctl(2) takes as many arguments as its first says, which Swift does not call; these five are those of the system call.
        guard let symbol = dlsym(nil, "prctl") else { return }
        typealias Control = @convention(c) (Int32, UInt, UInt, UInt, UInt) -> Int32
        _ = unsafeBitCast(symbol, to: Control.self)(setDumpable, 0, 0, 0, 0)
    }

    /// PR_SET_DUMPABLE of linux/prctl.h.
    private static let setDumpable: Int32 = 4

    /// Whether the process may do what no gateway needs to.
    package static var isRoot: Bool { geteuid() == 0 }

    /// Lets a write to whoever is gone fail, instead of ending the process.
    package static func surviveBrokenPipes() { signal(SIGPIPE, SIG_IGN) }

    /// Keeps the C library from giving every thread a heap of its own, most of which would stay empty; before any thread starts.
    package static func limitHeaps() {
        // malloc.h is not part of Swift's Glibc module. M_ARENA_MAX is -8: mallopt(3).
        guard let symbol = dlsym(nil, "mallopt") else { return }
        typealias MallocOption = @convention(c) (Int32, Int32) -> Int32
        _ = unsafeBitCast(symbol, to: MallocOption.self)(-8, 2)
    }
}
