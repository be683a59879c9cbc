import Glibc

/// How much one transaction takes in.
struct BatchSize {
    /// Entries after each of which the time is looked at.
    static let entriesBetweenLooks = 8

    let entries: Int
    /// Nanoseconds of the thread's processor time: by the wall, a thread that gives way to everything would get one entry a transaction.
    let nanoseconds: Int64

    init(_ options: ProjectorOptions, factor: Int = 1) {
        entries = max(options.batchEntries, 1) * max(factor, 1)
        nanoseconds = Int64(max(options.batchMilliseconds, 0)) * 1_000_000 * Int64(max(factor, 1))
    }

    /// The processor time that the calling thread has had, in nanoseconds.
    static func threadTime() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
}
