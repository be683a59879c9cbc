import FindingModel
import Glibc

/// The time that delivery knows: the wall clock for people, and waiting.
package protocol DeliveryClock: Sendable {
    var now: Timestamp { get }
    /// Returns after `duration`, or throws when the task is cancelled.
    func sleep(for duration: Duration) async throws
}

/// The machine's clock.
package struct SystemClock: DeliveryClock {
    package init() {}

    package var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    package func sleep(for duration: Duration) async throws { try await Task.sleep(for: duration) }
}

extension Duration {
    /// Whole milliseconds, cut off, within what a `Timestamp` can hold.
    package var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        return min(max(seconds, -1_000_000_000_000), 1_000_000_000_000) * 1000 + attoseconds / 1_000_000_000_000_000
    }
}
