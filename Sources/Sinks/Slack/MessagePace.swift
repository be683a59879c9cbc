import FindingModel

/// Keeps messages a second apart: "1 per second" for incoming webhooks (https://docs.slack.dev/apis/web-api/rate-limits).
struct MessagePace {
    private var next: Timestamp?

    static let interval: Int64 = 1000

    /// How long a message that is ready at `now` waits; it counts as sent then.
    mutating func wait(at now: Timestamp) -> Duration {
        // A clock that was set back must not hold messages for longer than the interval.
        let wait = next.map { min(max(0, $0.milliseconds - now.milliseconds), Self.interval) } ?? 0
        next = Timestamp(milliseconds: now.milliseconds + wait + Self.interval)
        return .milliseconds(wait)
    }
}
