import FindingModel

/// The failures in a row of one sink.
package struct RetryState: Hashable, Sendable {
    /// What is wrong at present, and what happens next.
    package struct Outage: Hashable, Sendable {
        /// The first failure since the last success.
        package let since: Timestamp
        /// When the next attempt begins.
        package let next: Timestamp
        /// Failures since the last success, at least 1.
        package let failures: Int
        package let failure: DeliveryFailure
    }

    /// Nothing while all is well.
    package private(set) var outage: Outage?

    package init() {}

    /// Takes in a failure at `now` and returns how long to wait before the next attempt.
    package mutating func fail(_ failure: DeliveryFailure, at now: Timestamp, policy: RetryPolicy, fraction: Double) -> Duration {
        let failures = (outage?.failures ?? 0) &+ 1
        let wait = policy.wait(failures: failures, fraction: fraction, retryAfter: failure.retryAfter)
        outage = Outage(
            since: outage?.since ?? now, next: now.advanced(byMilliseconds: wait.wholeMilliseconds), failures: failures, failure: failure)
        return wait
    }

    /// Takes in a success and returns the outage that it ends.
    package mutating func succeed() -> Outage? {
        defer { outage = nil }
        return outage
    }
}
