import FindingModel

/// Decides about one replay: what is handed over next, and what an answer means; like `SinkMachine`, without clock, disk or sink.
///
/// Nothing stands behind a change that fails: a batch that fails twice is halved, down to one change; one that failed alone is followed at once by some
/// of other records, and when one of them is taken it waits aside, and is tried now and then, until it is given up.
struct ReplayMachine: Sendable {
    /// A change that failed alone.
    private struct Aside: Sendable {
        let place: ReplayJob.Place
        /// Nothing until it was read again after a restart.
        var change: Change?
        var tries = 0
        var next: Timestamp
    }

    private(set) var job: ReplayJob
    private let limits: SinkLimits
    private let policy: DeliveryPolicy
    /// Changes that were read and are not done with, in order, but for those that failed alone.
    private var buffer: [Change] = []
    private var readThrough: UInt64
    /// The id of the change at `readThrough`; for those that are in the buffer or suspected, that of the change before each, by their sequences.
    private var readID: String?
    private var before: [UInt64: String] = [:]
    /// What was handed over.
    private var underWay: [Change] = []
    private var batch: Int
    private var health = SinkHealth()
    /// Changes that failed alone since something was taken: perhaps they are the reason, perhaps the sink is.
    private var suspects: [Change] = []
    /// What failed alone last, and whether the sink refused it.
    private var lastFailure: (failure: DeliveryFailure, isRefusal: Bool)?
    /// When the sink last took something else.
    private var witnessed: Timestamp?
    /// Changes that failed alone while others were taken, by their sequences.
    private var aside: [UInt64: Aside] = [:]
    /// The batch that failed last: its first sequence and how many.
    private var failed: (first: UInt64, count: Int)?
    /// Whether the batches are halves of one that failed twice.
    private var isHalving = false
    private var notBefore: Timestamp?

    /// Attempts after which a change that waits aside counts as refused.
    private static let triesMax = 10
    /// Between them.
    private static let pause = RetryPolicy(base: .seconds(10), cap: .seconds(300))
    /// Changes that wait aside; with more of them the sink is the reason.
    private static let asideMax = 100
    /// Changes that may wait behind those of their records.
    private static let bufferMax = 10_000

    init(_ job: ReplayJob, limits: SinkLimits, policy: DeliveryPolicy) {
        self.job = job
        self.limits = limits
        self.policy = policy
        (readThrough, readID) = (job.cursor, job.anchor)
        batch = limits.count
        for place in job.waiting { aside[place.sequence] = Aside(place: place, next: Timestamp(milliseconds: 0)) }
    }

    var isUnderWay: Bool { !underWay.isEmpty }

    /// A change that waits aside and has to be read again.
    var missing: ReplayJob.Place? { aside.values.filter { $0.change == nil }.map(\.place).min { $0.sequence < $1.sequence } }

    /// Takes in what `missing` names; nothing when it is no longer kept, and one whose receipt was erased is not sent either.
    mutating func provide(_ change: Change?, at place: ReplayJob.Place) {
        if let change, !change.isErased {
            aside[place.sequence]?.change = change
        } else {
            aside[place.sequence] = nil
            job.filtered += 1
        }
        pass()
    }

    /// Where to read on; nothing when enough was read.
    var readAfter: UInt64? {
        guard !isUnderWay, readThrough < job.last, buffer.count < Self.bufferMax, aside.count < Self.asideMax else { return nil }
        return buffer.isEmpty || eligible(limit: 1).isEmpty ? readThrough : nil
    }

    /// Takes what was read behind `readAfter`; an empty page says that there is no more.
    mutating func admit(_ page: [Change], takes: [Bool]) {
        guard let last = page.last else {
            readThrough = job.last
            return pass()
        }
        for (change, isTaken) in zip(page, takes) where change.sequence <= job.last {
            if isTaken, !change.isErased, job.matches(change) {
                buffer.append(change)
                before[change.sequence] = readID
            } else {
                job.filtered += 1
            }
            readID = change.id
        }
        readThrough = min(last.sequence, job.last)
        pass()
    }

    /// The next changes to hand over at `now`.
    mutating func next(at now: Timestamp) -> [Change]? {
        guard !isUnderWay, missing == nil, health.mayTry(at: now), (notBefore ?? now) <= now else { return nil }
        if suspects.isEmpty, health.isHealthy, let due = dueAside(at: now) {
            underWay = [due]
            return underWay
        }
        underWay = eligible(limit: suspects.isEmpty ? max(1, min(batch, job.rate ?? batch)) : 1)
        return underWay.isEmpty ? nil : underWay
    }

    private func dueAside(at now: Timestamp) -> Change? {
        aside.values.filter { $0.next <= now }.min { ($0.tries, $0.place.sequence) < ($1.tries, $1.place.sequence) }?.change
    }

    /// The first changes of the buffer that none of their record stands before.
    private func eligible(limit: Int) -> [Change] {
        let blocked = Set(suspects.map(\.subject) + aside.values.compactMap { $0.change?.subject })
        var taken: [Change] = []
        var bytes = 0
        for change in buffer where !blocked.contains(change.subject) {
            bytes += change.approximateBytes
            guard taken.isEmpty || taken.count < limit && bytes <= limits.bytes else { break }
            taken.append(change)
        }
        return taken
    }

    /// When `next` will have something.
    var wake: Timestamp? {
        guard !isUnderWay else { return nil }
        let free = [health.outage?.next, notBefore].compactMap { $0 }.max() ?? Timestamp(milliseconds: 0)
        if !eligible(limit: 1).isEmpty { return free }
        return aside.values.map(\.next).min().map { max($0, free) }
    }

    mutating func end(_ outcome: DeliveryOutcome, at now: Timestamp, fraction: Double) {
        let sent = underWay
        underWay = []
        switch outcome {
        case .delivered: take(sent, [ItemOutcome](repeating: .delivered, count: sent.count), at: now, fraction: fraction)
        case .items(let items, _, _) where items.count == sent.count: take(sent, items, at: now, fraction: fraction)
        case .split(let failure), .reject(let failure):
            if sent.count > 1 { batch = max(1, sent.count / 2) } else { take(sent, [.reject(failure)], at: now, fraction: fraction) }
        case .retry(let failure): fail(sent, failure, isRefusal: false, at: now, fraction: fraction)
        case .pause(let failure): fail(sent, failure, isRefusal: true, at: now, fraction: fraction)
        case .items: fail(sent, DeliveryFailure("the answer does not speak of every change"), isRefusal: false, at: now, fraction: fraction)
        }
        if !suspects.isEmpty, readAfter == nil, eligible(limit: 1).isEmpty { decide(at: now, fraction: fraction) }
        pass()
    }

    /// The sink took something that is not of this replay.
    mutating func witness(at now: Timestamp) {
        witnessed = now
        health.hurry(at: now)
    }

    /// Nothing of this replay is left to compare with: unless the sink has just taken something else, it may be the reason.
    private mutating func decide(at now: Timestamp, fraction: Double) {
        if let witnessed, (0...60_000).contains(now.milliseconds - witnessed.milliseconds) { return succeed(at: now, fraction: fraction) }
        if let lastFailure { blameSink(lastFailure, at: now, fraction: fraction) }
    }

    private mutating func take(_ sent: [Change], _ items: [ItemOutcome], at now: Timestamp, fraction: Double) {
        let isSuccess = items.contains(where: \.isTaken)
        var put: [(Change, DeliveryFailure, Bool)] = []
        var count = 0
        for (change, item) in zip(sent, items) {
            switch item {
            case .taken, .superseded:
                job.delivered += 1
                remove(change)
            case .reject(let failure):
                remove(change)
                refuse(failure)
            case .untried: continue
            case .retry(let failure): put.append((change, failure, false))
            case .failed(let failure, let isRefusal): put.append((change, failure, isRefusal))
            }
            count += 1
        }
        if let rate = job.rate { notBefore = now.advanced(byMilliseconds: Int64(count) * 1000 / Int64(max(1, rate))) }
        if isSuccess { succeed(at: now, fraction: fraction) } else if put.isEmpty { _ = health.answer() }
        if !isSuccess, put.count == sent.count, sent.count > 1 { return fail(sent, put[0].1, isRefusal: put[0].2, at: now, fraction: fraction) }
        for (change, failure, isRefusal) in put {
            if isSuccess, !failure.isOfSink {
                setAside(change, failure, at: now, fraction: fraction)
            } else {
                fail([change], failure, isRefusal: isRefusal, at: now, fraction: fraction)
            }
        }
    }

    /// The sink took something: what failed alone before is the reason itself.
    private mutating func succeed(at now: Timestamp, fraction: Double) {
        _ = health.succeed()
        if suspects.isEmpty { isHalving = false }
        failed = nil
        batch = min(limits.count, batch * 2)
        let found = suspects
        suspects = []
        for change in found { setAside(change, lastFailure?.failure ?? DeliveryFailure("it failed alone"), at: now, fraction: fraction) }
    }

    private mutating func fail(_ sent: [Change], _ failure: DeliveryFailure, isRefusal: Bool, at now: Timestamp, fraction: Double) {
        if failure.isOfSink {
            failed = nil
            return blameSink((failure, isRefusal), at: now, fraction: fraction)
        }
        guard let first = sent.first, sent.count == 1 else {
            let this = (sent.first?.sequence ?? 0, sent.count)
            if let failed, failed == this { isHalving = true }
            failed = this
            batch = isHalving ? max(1, sent.count / 2) : sent.count
            return health.doubt(failure, at: now, policy: policy, fraction: fraction)
        }
        if aside[first.sequence] != nil { return setAside(first, failure, at: now, fraction: fraction) }
        buffer.removeAll { $0.sequence == first.sequence }
        suspects.append(first)
        lastFailure = (failure, isRefusal)
        if suspects.count > policy.othersAtOnce { blameSink((failure, isRefusal), at: now, fraction: fraction) }
    }

    /// Nothing that was tried was taken: the sink fails, and every change is to be handed over again.
    private mutating func blameSink(_ last: (failure: DeliveryFailure, isRefusal: Bool), at now: Timestamp, fraction: Double) {
        buffer = (suspects + buffer).sorted { $0.sequence < $1.sequence }
        suspects = []
        if last.isRefusal {
            health.pause(last.failure, at: now, policy: policy, fraction: fraction)
        } else {
            health.fail(last.failure, at: now, policy: policy, fraction: fraction)
        }
    }

    /// A change waits aside, or has failed there once more.
    private mutating func setAside(_ change: Change, _ failure: DeliveryFailure, at now: Timestamp, fraction: Double) {
        let tries = (aside[change.sequence]?.tries ?? 0) + 1
        remove(change)
        job.words = failure.reason
        guard tries <= Self.triesMax else { return refuse(failure) }
        let wait = Self.pause.calmWait(failures: tries, fraction: fraction, retryAfter: failure.retryAfter)
        let place = ReplayJob.Place(sequence: change.sequence, changeID: change.id)
        aside[change.sequence] = Aside(place: place, change: change, tries: tries, next: now.advanced(byMilliseconds: wait.wholeMilliseconds))
    }

    private mutating func remove(_ change: Change) {
        before[change.sequence] = nil
        if aside.removeValue(forKey: change.sequence) == nil { buffer.removeAll { $0.sequence == change.sequence } }
    }

    private mutating func refuse(_ failure: DeliveryFailure) {
        job.refused += 1
        job.words = failure.reason
    }

    private mutating func pass() {
        let first = [buffer.first?.sequence, suspects.map(\.sequence).min()].compactMap { $0 }.min()
        (job.cursor, job.anchor) = first.map { ($0 - 1, before[$0]) } ?? (readThrough, readID)
        job.waiting = aside.values.map(\.place).sorted { $0.sequence < $1.sequence }
    }
}
