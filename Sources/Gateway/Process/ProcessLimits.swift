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

    /// Keeps the C library from giving every thread a heap of its own, most of which would stay empty; before any thread starts.
    package static func limitHeaps() {
        // malloc.h is not part of Swift's Glibc module. M_ARENA_MAX is -8: mallopt(3).
        guard let symbol = dlsym(nil, "mallopt") else { return }
        typealias MallocOption = @convention(c) (Int32, Int32) -> Int32
        _ = unsafeBitCast(symbol, to: MallocOption.self)(-8, 2)
    }
}
