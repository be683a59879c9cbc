import CDispatch
import FindingModel
import Glibc

/// The machine's clock.
package enum SystemClock {
    /// The wall clock, to the millisecond.
    @Sendable package static func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    /// Milliseconds since the machine's start, sleep included: what the wall clock is compared with to see it set.
    @Sendable static func monotonic() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
