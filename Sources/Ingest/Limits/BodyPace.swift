import NIOCore

/// Whether a body comes fast enough: in all within a time, and after a grace with at least so many bytes a second on average.
///
/// Time during which the gateway itself had stopped reading does not count.
package struct BodyPace: Sendable {
    private let timeout: TimeAmount
    private let grace: TimeAmount
    private let bytesPerSecondMin: Int64
    private let start: NIODeadline
    private var received: Int64 = 0
    private var pausedSince: NIODeadline?
    private var paused = TimeAmount.zero

    /// The pace of a body whose head ended at `start`.
    package init(timeout: TimeAmount, grace: TimeAmount, bytesPerSecondMin: Int, start: NIODeadline) {
        self.timeout = timeout
        self.grace = grace
        self.bytesPerSecondMin = Int64(bytesPerSecondMin)
        self.start = start
    }

    /// Counts bytes that came, framing included.
    package mutating func received(_ bytes: Int) { received += Int64(bytes) }

    /// Reading has stopped.
    package mutating func pause(at now: NIODeadline) { pausedSince = pausedSince ?? now }

    /// Reading goes on.
    package mutating func resume(at now: NIODeadline) {
        guard let since = pausedSince else { return }
        paused = paused + (now - since)
        pausedSince = nil
    }

    /// Whether the body is too slow at `now`.
    package func isTooSlow(at now: NIODeadline) -> Bool {
        guard pausedSince == nil else { return false }
        let elapsed = now - start - paused
        if elapsed > timeout { return true }
        guard elapsed > grace else { return false }
        let milliseconds = elapsed.nanoseconds / 1_000_000
        return received < bytesPerSecondMin * milliseconds / 1000
    }
}
