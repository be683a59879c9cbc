import FindingModel

/// Whether a sink takes anything at present, since when not, and when it is tried next.
package struct SinkHealth: Hashable, Sendable {
    /// A sink that fails as a whole, or that waits for a person.
    package struct Outage: Hashable, Sendable {
        /// The first failure since the last success.
        package let since: Timestamp
        /// When the next attempt begins.
        package let next: Timestamp
        /// Failures since the last success, at least 1; for a paused sink, those since it was paused.
        package let failures: Int
        package let failure: DeliveryFailure
    }

    package enum Condition: Hashable, Sendable {
        case healthy
        /// It fails as a whole: one attempt at a time, at the moment that `next` says.
        case failing(Outage)
        /// Nothing will be taken before a person has done something: one change at a time asks whether that has happened.
        case paused(Outage)
    }

    package private(set) var condition = Condition.healthy
    /// Until when the sink asked to be left alone; what else fails meanwhile does not shorten that.
    private var asked: Timestamp?

    package init(_ condition: Condition = .healthy) { self.condition = condition }

    package var outage: Outage? {
        switch condition {
        case .healthy: nil
        case .failing(let outage), .paused(let outage): outage
        }
    }

    package var isHealthy: Bool { condition == .healthy }

    package var isPaused: Bool {
        if case .paused = condition { true } else { false }
    }

    /// Whether an attempt may begin at `now`; also when the clock was set back by more than any wait.
    func mayTry(at now: Timestamp) -> Bool {
        guard let outage else { return true }
        return outage.next <= now || outage.next.milliseconds - now.milliseconds > Self.longestWaitMilliseconds
    }

    /// Takes in a failure of the sink as a whole; a paused sink stays paused, for the reason it was paused for.
    mutating func fail(_ failure: DeliveryFailure, at now: Timestamp, policy: DeliveryPolicy, fraction: Double) {
        if case .paused(let outage) = condition {
            pause(outage.failure, retryAfter: failure.retryAfter, at: now, policy: policy, fraction: fraction)
            return
        }
        let failures = (outage?.failures ?? 0) &+ 1
        let wait = policy.outage.wait(failures: failures, fraction: fraction, retryAfter: failure.retryAfter)
        let next = next(after: wait, retryAfter: failure.retryAfter, at: now, cap: policy.outage.retryAfterCap)
        condition = .failing(Outage(since: outage?.since ?? now, next: next, failures: failures, failure: failure))
    }

    private mutating func next(after wait: Duration, retryAfter: Duration?, at now: Timestamp, cap: Duration) -> Timestamp {
        let next = now.advanced(byMilliseconds: wait.wholeMilliseconds)
        if let retryAfter, retryAfter > .zero {
            asked = max(asked ?? now, now.advanced(byMilliseconds: min(retryAfter, cap).wholeMilliseconds))
        }
        // A clock that was set back stretches no wait.
        guard let asked, asked.milliseconds - now.milliseconds <= cap.wholeMilliseconds else {
            asked = nil
            return next
        }
        return max(next, asked)
    }

    /// Takes in a failure that may be a change's own: what is asked next is another question, soon, or at once.
    mutating func doubt(_ failure: DeliveryFailure, atOnce: Bool = false, at now: Timestamp, policy: DeliveryPolicy, fraction: Double) {
        guard !isPaused else { return }
        let wait = atOnce ? .zero : policy.outage.wait(failures: 1, fraction: fraction, retryAfter: nil)
        let next = next(after: wait, retryAfter: nil, at: now, cap: policy.outage.retryAfterCap)
        condition = .failing(Outage(since: outage?.since ?? now, next: next, failures: (outage?.failures ?? 0) &+ 1, failure: failure))
    }

    /// Takes in that a person must act.
    mutating func pause(_ failure: DeliveryFailure, at now: Timestamp, policy: DeliveryPolicy, fraction: Double) {
        pause(failure, retryAfter: failure.retryAfter, at: now, policy: policy, fraction: fraction)
    }

    private mutating func pause(_ failure: DeliveryFailure, retryAfter: Duration?, at now: Timestamp, policy: DeliveryPolicy, fraction: Double) {
        var before: Outage?
        if case .paused(let outage) = condition { before = outage }
        let failures = (before?.failures ?? 0) &+ 1
        let wait = policy.probe.calmWait(failures: failures, fraction: fraction, retryAfter: retryAfter)
        let next = next(after: wait, retryAfter: retryAfter, at: now, cap: policy.probe.retryAfterCap)
        condition = .paused(Outage(since: outage?.since ?? now, next: next, failures: failures, failure: failure))
    }

    /// Takes in that the sink took something; returns the outage that this ends.
    mutating func succeed() -> Outage? {
        defer { (condition, asked) = (.healthy, nil) }
        return outage
    }

    /// The sink answered, although it took nothing: it does not fail as a whole; returns the outage that this ends. A pause goes on.
    mutating func answer() -> Outage? { isPaused ? nil : succeed() }

    /// Lets the next attempt begin at once: something says that the sink works again.
    mutating func hurry(at now: Timestamp) {
        asked = nil
        switch condition {
        case .healthy: break
        case .failing(let outage): condition = .failing(Outage(since: outage.since, next: now, failures: outage.failures, failure: outage.failure))
        case .paused(let outage): condition = .paused(Outage(since: outage.since, next: now, failures: outage.failures, failure: outage.failure))
        }
    }

    private static let longestWaitMilliseconds: Int64 = 2 * 3_600_000
}
