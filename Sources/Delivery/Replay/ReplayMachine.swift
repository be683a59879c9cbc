import FindingModel
import State

/// Decides about one replay: what is handed over next, and what an answer means; like `SinkMachine`, without clock, disk or sink.
///
/// Nothing stands behind a change that fails: a batch that fails twice is halved, down to one change; one that failed alone is followed at once by some
/// of other records, and when one of them is taken it waits aside with its record's later changes, and is tried now and then, until it is given up.
/// What was sent is not sent again after a restart: of what is done above the cursor, and of what waits aside, `pending` tells the ledger.
struct ReplayMachine: Sendable {
    var job: ReplayJob
    private let limits: SinkLimits
    let policy: DeliveryPolicy
    private let notesTold: Bool
    /// Changes that were read and are not done with, in order, but for those that failed alone.
    var buffer: [Change] = []
    var readThrough: UInt64
    /// The id of the change at `readThrough`; for those that are in the buffer or suspected, that of the change before each, by their sequences.
    var readID: String?
    var before: [UInt64: String] = [:]
    /// What was handed over.
    private var underWay: [Change] = []
    private var batch: Int
    private var health = SinkHealth()
    /// Changes that failed alone since something was taken: perhaps they are the reason, perhaps the sink is.
    var suspects: [Change] = []
    /// What failed alone last, and whether the sink refused it.
    private var lastFailure: (failure: DeliveryFailure, isRefusal: Bool)?
    /// When the sink last took something else; what it took, and when each change that waits aside was last tried.
    private var witnessed: Timestamp?
    var witnesses = Witnesses()
    /// How many of the sink's requests failed, as of the last answer.
    var tally = RequestTally()
    /// Of those, the ones with each change that is not done with.
    var failures: [UInt64: Int] = [:]
    /// Changes refused since something was taken.
    private var streak = 0
    /// Changes that failed alone while others were taken, and those of their records behind them.
    var aside: OpenItems
    /// The one of them that is due, once it was read.
    private var provided: Change?
    /// What an earlier run was done with above its cursor, by the changes' ids, until it is read.
    private var known: Set<String>
    /// What is done above the cursor, and whether the ledger knows.
    var above: [(done: DoneAbove, isNoted: Bool)] = []
    /// What the ledger does not know yet of what waits aside, and of which state the sink has of each record.
    var rows: [UInt64: OpenItem?] = [:]
    private var told: [String: String] = [:]
    /// The changes that were last handed over in the place of others, by the sequences of those.
    private var states: [UInt64: String] = [:]
    private var written: ReplayJob
    /// The batch that failed last: its first sequence and how many.
    var failed: (first: UInt64, count: Int)?
    /// What the sink was busy for: batches, and changes alone since something was taken, with what it said last.
    private var busyness = Busyness()
    private var busy: Set<UInt64> = []
    private var busyFailure: DeliveryFailure?
    /// Whether the batches are halves of one that failed twice.
    private var isHalving = false
    private var slowness = Slowness()
    /// When what is under way began, and how long each exchange about it may take, if less than usual.
    private var begun = Timestamp(milliseconds: 0)
    private(set) var time: Duration?
    private var notBefore: Timestamp?

    /// Tries, each with another change taken since the one before, after which a change that waits aside counts as refused, where hardly anything else
    /// failed.
    static let triesMax = 10
    /// Between them.
    static let pause = RetryPolicy(base: .seconds(10), cap: .seconds(300))
    /// Changes that failed alone and wait aside; with more of them the sink is the reason.
    private static let asideMax = 100
    /// Changes that may wait behind those of their records.
    private static let bufferMax = 10_000

    init(_ state: ReplayState, limits: SinkLimits, policy: DeliveryPolicy, notesTold: Bool = false) {
        self.notesTold = notesTold
        job = state.job
        written = state.job
        self.limits = limits
        self.policy = policy
        (readThrough, readID) = (job.cursor, job.anchor)
        batch = limits.count
        known = Set(state.done.map(\.changeID))
        aside = OpenItems()
        for item in state.open { aside.insert(item, at: item.next) }
    }

    var isUnderWay: Bool { !underWay.isEmpty }

    /// What the ledger does not know yet; nothing when it knows everything.
    var pending: ReplayWrite? {
        let new = above.filter { !$0.isNoted }.map(\.done)
        guard job != written || !rows.isEmpty || !new.isEmpty || !told.isEmpty else { return nil }
        return ReplayWrite(job: job, rows: rows, done: new, told: told)
    }

    /// What the sink said may quote what was erased meanwhile.
    mutating func forgetWords() { job.words = job.words.map { _ in ErasedText.text } }

    /// `pending` was written down.
    mutating func noteWritten() {
        written = job
        (rows, told) = ([:], [:])
        for index in above.indices { above[index].isNoted = true }
    }

    /// A person ends it; what is under way comes to its end.
    mutating func cancel(at now: Timestamp) { job.cancelled = now }

    /// A change that waits aside and would be handed over at `now`, but must be read first.
    mutating func missing(at now: Timestamp) -> OpenItem? {
        guard let due = dueAside(at: now), provided?.sequence != due.sequence else { return nil }
        return due
    }

    /// Takes in what `missing` names; nothing when it is no longer kept, and one whose receipt was erased is not sent either.
    mutating func provide(_ change: Change?, for item: OpenItem) {
        if let change, !change.isErased {
            provided = change
        } else {
            removeAside(item.sequence, at: item.next)
            job.filtered += 1
            pass()
        }
    }

    /// Where to read on; nothing when enough was read.
    var readAfter: UInt64? {
        guard !isUnderWay, !job.isDone, readThrough < job.last, buffer.count + aside.count < Self.bufferMax else { return nil }
        guard aside.count(.retrying) < Self.asideMax else { return nil }
        return buffer.isEmpty || isBusyForAll || eligible(limit: 1).isEmpty ? readThrough : nil
    }

    /// Takes what was read behind `readAfter`; an empty page says that there is no more.
    mutating func admit(_ page: [Change], takes: [Bool]) {
        guard let last = page.last else {
            readThrough = job.last
            return pass()
        }
        for (change, isTaken) in zip(page, takes) where change.sequence <= job.last {
            if known.remove(change.id) != nil {
                above.append((DoneAbove(sequence: change.sequence, changeID: change.id, isSuperseded: false), true))
            } else if isTaken, !change.isErased, job.matches(change) {
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
        guard !isUnderWay, !job.isDone, health.mayTry(at: now), (notBefore ?? now) <= now else { return nil }
        (begun, time) = (now, nil)
        if let due = dueAside(at: now) {
            guard let change = provided, change.sequence == due.sequence else { return nil }
            provided = nil
            underWay = [change]
            return underWay
        }
        let extent = extent
        underWay = eligible(limit: suspects.isEmpty ? max(1, min(extent.count, job.rate ?? extent.count)) : 1)
        time = suspects.isEmpty ? extent.time : slowness.otherTime
        return underWay.isEmpty ? nil : underWay
    }

    /// How many changes the next request holds, and how long it has.
    private var extent: (count: Int, time: Duration?) {
        guard let first = buffer.first?.sequence else { return (batch, nil) }
        if first <= slowness.singlyThrough { return (1, slowness.singleTime) }
        if first <= slowness.partsThrough { return (min(batch, slowness.part), slowness.partTime) }
        return (batch, nil)
    }

    private mutating func dueAside(at now: Timestamp) -> OpenItem? {
        guard !isUnderWay, !job.isDone, suspects.isEmpty, health.isHealthy, (notBefore ?? now) <= now else { return nil }
        return aside.due(at: now, limit: 1).first
    }

    /// The first changes of the buffer that none of their record stands before; others than those that the sink was busy for, where there are any.
    private func eligible(limit: Int) -> [Change] {
        let isAlone = busyness.isSingly || (buffer.first?.sequence ?? .max) <= busyness.aloneThrough
        let limit = isAlone ? 1 : limit
        let blocked = Set(suspects.map(\.subject))
        guard !busy.isEmpty else { return first(limit, but: blocked) }
        let others = first(limit, but: blocked.union(buffer.lazy.filter { busy.contains($0.sequence) }.map(\.subject)))
        return others.isEmpty ? first(limit, but: blocked) : others
    }

    private var isBusyForAll: Bool { !busy.isEmpty && buffer.allSatisfy { busy.contains($0.sequence) } }

    private func first(_ limit: Int, but blocked: Set<String>) -> [Change] {
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
        mutating get {
            guard !isUnderWay, !job.isDone else { return nil }
            let free = [health.outage?.next, notBefore].compactMap { $0 }.max() ?? Timestamp(milliseconds: 0)
            if !eligible(limit: 1).isEmpty { return free }
            return aside.nextDue.map { max($0, free) }
        }
    }

    /// Takes in how the request ended; `isTrusted` says whether the sink works otherwise: from one that fails, a refusal says nothing about a change.
    ///
    /// - Parameter tally: All the sink's requests, to which this one is added where it says something about the sink.
    mutating func end(_ end: ReplayEnd, isTrusted: Bool = true, tally: inout RequestTally, at now: Timestamp, fraction: Double) {
        (self.tally, states) = (tally, end.states)
        defer { tally = self.tally }
        let sent = underWay.filter { !end.overtaken.contains($0.sequence) && !end.left.contains($0.sequence) }
        for change in underWay where end.overtaken.contains(change.sequence) {
            job.delivered += 1
            finish(change, at: now)
        }
        underWay = []
        guard !sent.isEmpty else { return pass() }
        switch end.outcome {
        case .delivered: take(sent, [ItemOutcome](repeating: .delivered, count: sent.count), isTrusted, at: now, fraction: fraction)
        case .items(let items, _, _) where items.count == sent.count: take(sent, items, isTrusted, at: now, fraction: fraction)
        case .split(let failure), .reject(let failure):
            if sent.count > 1 { batch = max(1, sent.count / 2) } else { take(sent, [.reject(failure)], isTrusted, at: now, fraction: fraction) }
        case .retry(let failure): fail(sent, failure, isRefusal: false, at: now, fraction: fraction)
        case .pause(let failure): fail(sent, failure, isRefusal: true, at: now, fraction: fraction)
        case .items: fail(sent, DeliveryFailure("the answer does not speak of every change"), isRefusal: false, at: now, fraction: fraction)
        }
        if !suspects.isEmpty, readAfter == nil, eligible(limit: 1).isEmpty { decide(at: now, fraction: fraction) }
        pass()
    }

    /// The sink took something that is not of this replay, in these works.
    mutating func witness(_ works: Set<SinkWork>, at now: Timestamp) {
        guard !works.isEmpty else { return }
        witnessed = now
        witnesses.note(works)
        streak = 0
        health.hurry(at: now)
    }

    /// Nothing of this replay is left to compare with: unless the sink has just taken something else, it may be the reason.
    private mutating func decide(at now: Timestamp, fraction: Double) {
        if let witnessed, (0...60_000).contains(now.milliseconds - witnessed.milliseconds) { return succeed(at: now, fraction: fraction) }
        if let lastFailure { blameSink(lastFailure, at: now, fraction: fraction) }
    }

    private mutating func take(_ sent: [Change], _ items: [ItemOutcome], _ isTrusted: Bool, at now: Timestamp, fraction: Double) {
        let isSuccess = items.contains(where: \.isEvidence)
        // A sink that refuses everything in a row is the reason itself.
        let isTrusted = isSuccess || isTrusted && streak < policy.rejectsInARow
        var put: [(Change, DeliveryFailure, Bool)] = []
        var count = 0
        for (change, item) in zip(sent, items) {
            switch item {
            case .taken(let work):
                job.delivered += 1
                finish(change, at: now)
                guard work != .nothing else { break }
                witnesses.note([work])
                if notesTold { told[change.subject] = states[change.sequence] ?? change.id }
            case .superseded:
                job.delivered += 1
                finish(change, at: now)
            case .reject(let failure) where isTrusted:
                streak += 1
                finish(change, at: now)
                refuse(failure)
            case .untried: continue
            case .retry(let failure): put.append((change, failure, false))
            case .reject(let failure): put.append((change, failure, true))
            case .failed(let failure, let isRefusal): put.append((change, failure, isRefusal))
            }
            count += 1
        }
        if isSuccess {
            note(sent, failed: false, at: now)
            slowness.noteTaken(count: sent.count, took: took(at: now), limits: limits)
        }
        if let rate = job.rate { notBefore = now.advanced(byMilliseconds: Int64(count) * 1000 / Int64(max(1, rate))) }
        if isSuccess { succeed(at: now, fraction: fraction) } else if put.isEmpty, items.contains(where: \.isAnswer) { _ = health.answer() }
        if !isSuccess, put.count == sent.count, sent.count > 1 { return fail(sent, put[0].1, isRefusal: put[0].2, at: now, fraction: fraction) }
        for (change, failure, isRefusal) in put {
            if isSuccess, !failure.isOfSink {
                note([change], failed: true, at: now)
                setAside(change, failure, at: now, fraction: fraction)
            } else {
                fail([change], failure, isRefusal: isRefusal, at: now, fraction: fraction)
            }
        }
    }

    /// The sink took something: what failed alone before is the reason itself.
    private mutating func succeed(at now: Timestamp, fraction: Double) {
        _ = health.succeed()
        streak = 0
        if suspects.isEmpty { isHalving = false }
        failed = nil
        batch = min(slowness.most ?? limits.count, batch * 2)
        slowness.settle()
        let left = buffer.first?.sequence ?? .max
        slowness.learn { left <= $0 }
        batch = min(batch, slowness.most ?? batch)
        let found = suspects, putOff = buffer.filter { busy.contains($0.sequence) }
        (suspects, busy) = ([], [])
        busyness.settle()
        for change in putOff { setAside(change, busyFailure ?? DeliveryFailure("it failed alone"), at: now, fraction: fraction) }
        for change in found { setAside(change, lastFailure?.failure ?? DeliveryFailure("it failed alone"), at: now, fraction: fraction) }
    }

    private mutating func fail(_ sent: [Change], _ failure: DeliveryFailure, isRefusal: Bool, at now: Timestamp, fraction: Double) {
        if failure.isOfSink {
            failed = nil
            if failure.isBusy {
                if let first = sent.first, aside[first.sequence] != nil { return setAside(first, failure, at: now, fraction: fraction) }
                note(sent, failed: true, at: now)
                noteBusy(sent, failure)
            }
            return blameSink((failure, isRefusal), at: now, fraction: fraction)
        }
        note(sent, failed: true, at: now)
        guard let first = sent.first, sent.count == 1 else {
            let this = (sent.first?.sequence ?? 0, sent.count)
            if let failed, failed == this { isHalving = true }
            failed = this
            if isSlow(at: now), let last = sent.last?.sequence {
                isHalving = true
                batch = slowness.note(last: last, count: sent.count, took: took(at: now), policy: policy)
            } else {
                batch = isHalving ? max(1, sent.count / 2) : sent.count
            }
            return health.doubt(failure, at: now, policy: policy, fraction: fraction)
        }
        if aside[first.sequence] != nil { return setAside(first, failure, at: now, fraction: fraction) }
        if isSlow(at: now) { slowness.noteAlone(first.sequence, took: took(at: now), policy: policy) }
        buffer.removeAll { $0.sequence == first.sequence }
        suspects.append(first)
        lastFailure = (failure, isRefusal)
        if suspects.count > policy.othersAtOnce { blameSink((failure, isRefusal), at: now, fraction: fraction) }
    }

    private func took(at now: Timestamp) -> Duration { .milliseconds(max(0, now.milliseconds - begun.milliseconds)) }

    private func isSlow(at now: Timestamp) -> Bool { took(at: now) >= policy.slow && limits.gatherMilliseconds == 0 }

    /// The sink was busy for these: others are asked about next.
    private mutating func noteBusy(_ sent: [Change], _ failure: DeliveryFailure) {
        guard let first = sent.first?.sequence, let last = sent.last?.sequence else { return }
        busyFailure = failure
        if sent.count == 1 {
            busy.insert(first)
            witnesses.noteTry(first)
            // When there are no others it begins anew.
            if readThrough >= job.last, isBusyForAll { busy = [first] }
        } else if busyness.isAtFault(first: first, last: last, count: sent.count) {
            if failure.asksForWait { busyness.goAlone(through: last) } else { batch = max(1, sent.count / 2) }
        }
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
}
