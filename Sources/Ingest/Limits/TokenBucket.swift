import NIOCore

/// A rate with a burst: a bucket of `burst` tokens that fills at `rate` tokens a second.
///
/// It is kept as the moment at which the bucket would be full again (the generic cell rate algorithm), so nothing is refilled by a timer.
package struct TokenBucket: Sendable {
    /// Nanoseconds a token takes to come.
    private let interval: Int64
    /// Nanoseconds by which the moment of a full bucket may lie ahead before a token is refused.
    private let tolerance: Int64
    private var fullAt: NIODeadline?

    /// A full bucket; both at least 1.
    package init(rate: Int, burst: Int) {
        interval = 1_000_000_000 / Int64(max(1, rate))
        let (product, overflow) = interval.multipliedReportingOverflow(by: Int64(max(1, burst)) - 1)
        // A century is as good as never, and far from the end of the clock's range.
        tolerance = overflow ? Self.century : min(product, Self.century)
    }

    private static let century: Int64 = 100 * 365 * 86_400 * 1_000_000_000

    /// Takes one token, or says how many whole seconds (at least 1) must pass before there is one.
    package mutating func take(at now: NIODeadline) -> Int? {
        let start = max(fullAt ?? now, now)
        let ahead = (start - now).nanoseconds
        guard ahead <= tolerance else { return max(1, Int((ahead - tolerance + 999_999_999) / 1_000_000_000)) }
        fullAt = start + .nanoseconds(interval)
        return nil
    }
}
