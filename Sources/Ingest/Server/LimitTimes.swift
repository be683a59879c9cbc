import NIOCore

/// The durations of `IngestLimits` in the event loops' unit.
struct LimitTimes: Sendable {
    let head, body, bodyGrace, idle, write, journal, budget, linger, tick: TimeAmount

    init(_ limits: IngestLimits) {
        head = TimeAmount(limits.headTimeout)
        body = TimeAmount(limits.bodyTimeout)
        bodyGrace = TimeAmount(limits.bodyGrace)
        idle = TimeAmount(limits.idleTimeout)
        write = TimeAmount(limits.writeTimeout)
        journal = TimeAmount(limits.journalTimeout)
        budget = TimeAmount(limits.budgetTimeout)
        linger = TimeAmount(limits.lingerTimeout)
        tick = max(.milliseconds(1), TimeAmount(limits.tick))
    }
}
