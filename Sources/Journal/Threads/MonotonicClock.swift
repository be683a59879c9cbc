import Glibc

/// A clock that only goes forward, for measuring how long something takes.
package enum MonotonicClock {
    /// Milliseconds since some moment in the past; never 0.
    package static func milliseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return max(1, Int64(time.tv_sec) &* 1000 &+ Int64(time.tv_nsec) / 1_000_000)
    }
}
