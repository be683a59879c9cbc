/// How long to wait between attempts: exponential back-off with full jitter, unless the sink says how long.
package struct RetryPolicy: Hashable, Sendable {
    /// The longest wait after the first failure; it doubles with each further one.
    package var base: Duration
    /// The longest wait after any number of failures.
    package var cap: Duration
    /// The longest wait that a sink can ask for.
    package var retryAfterCap: Duration = .seconds(3600)

    package init(base: Duration = .seconds(1), cap: Duration = .seconds(300)) {
        self.base = base
        self.cap = cap
    }

    /// The longest wait after `failures` failures in a row, from 1.
    package func ceiling(failures: Int) -> Duration {
        var ceiling = base
        for _ in 1..<max(failures, 1) {
            guard ceiling < cap else { break }
            ceiling = ceiling * 2
        }
        return min(ceiling, cap)
    }

    /// The wait after `failures` failures in a row; `fraction`, from 0 up to 1, is the random part.
    ///
    /// What the sink asks for is obeyed as it is, up to the cap; to ask for no wait at all is to ask for nothing.
    package func wait(failures: Int, fraction: Double, retryAfter: Duration?) -> Duration {
        if let retryAfter, retryAfter > .zero { return min(retryAfter, retryAfterCap) }
        return ceiling(failures: failures) * min(max(fraction, 0), 1)
    }

    /// As `wait`, but never less than half of the longest: for what is asked seldom and must not be asked twice in a moment.
    package func calmWait(failures: Int, fraction: Double, retryAfter: Duration?) -> Duration {
        wait(failures: failures, fraction: 0.5 + min(max(fraction, 0), 1) / 2, retryAfter: retryAfter)
    }
}
