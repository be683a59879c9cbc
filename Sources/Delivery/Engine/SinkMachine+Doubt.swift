import FindingModel

/// Whose failure a failed request is: the sink's, or that of a change in it ("Whose failure it is" in docs/sinks.md).
extension SinkMachine {
    /// Takes in that a request failed as a whole; `isRefusal` says that the sink answered no.
    mutating func fail(_ items: [OpenItem], of running: Running, _ failure: DeliveryFailure, isRefusal: Bool, at now: Timestamp) {
        let isWindow = if case .window = running.request.content { true } else { false }
        doubt.busy.note(failure, lastRequest: lastRequest)
        if failure.isOfSink {
            doubt.noteOfSink()
            return failOfSink(items, failure, isRefusal: isRefusal, isWindow: isWindow, at: now)
        }
        if isWindow { tally.note(failed: true, at: now) }
        doubt.noteOwn()
        if items.count == 1 {
            failAlone(items[0], failure, isRefusal: isRefusal, of: running, at: now)
        } else {
            failTogether(items, failure, isWindow: isWindow, took: running.took(at: now), at: now)
        }
    }

    /// Whether a request that failed after `took` cost so much that it is not made again as it was. What goes out as one message for people is never taken
    /// apart for that: its parts would be messages of their own, beside the whole one that may have arrived.
    func isSlow(_ took: Duration) -> Bool { took >= policy.slow && limits.gatherMilliseconds == 0 }

    /// The sink was not there, or asked for patience. It is left alone, and only then it is found out whether it is busy for nothing but one change.
    private mutating func failOfSink(_ items: [OpenItem], _ failure: DeliveryFailure, isRefusal: Bool, isWindow: Bool, at now: Timestamp) {
        let isOwn = failure.isBusy && items.count == 1 && isOwn(items[0], failure)
        let open = open, busy = doubt.busy
        let hasOther = window.hasOne(isBlocked: { open.isBlocked($0) }, isKnown: { busy.known($0) != nil })
        if isOwn, !isWindow || !hasOther { return keepBusy(items[0], failure, isRefusal: isRefusal, at: now) }
        // What was taken after a wait proves less than what is taken at once.
        if doubt.question != nil { doubt.forgetTries() }
        if failure.isBusy, !isWindow {
            noteBusy(items, failure, at: now)
        } else if failure.isBusy, items.count == 1 {
            suspect(items[0], failure, isRefusal: isRefusal, isWitnessed: isOwn, at: now)
            if isOwn {
                doubt.question = Doubt.Question(failure: failure, isRefusal: isRefusal, others: 1)
                return
            }
        } else {
            putBack(items)
            // The next request is this one again, so that a receiver can tell.
            if isWindow { batch = items.count }
        }
        yieldsRows = !isWindow
        if failure.isBusy, isWindow, items.count > 1, isTakenApart(items, failure, at: now) { return }
        sinkFails(failure, isRefusal: isRefusal, at: now)
        doubt.busy.takeApart(false)
        doubt.busy.noteWake(after: failure, isAlone: !window.hasOne { open.isBlocked($0) }, at: now, policy: policy)
    }

    /// Whether a batch is at fault itself for which the sink is busy; where the sink did not ask for a wait its halves come at once.
    private mutating func isTakenApart(_ items: [OpenItem], _ failure: DeliveryFailure, at now: Timestamp) -> Bool {
        let last = items.last?.sequence ?? 0
        doubt.failedThrough = max(doubt.failedThrough, last)
        guard doubt.busy.isAtFault(first: items[0].sequence, last: last, count: items.count) || doubt.busy.knows(items) else { return false }
        guard !failure.asksForWait else {
            // Each half would cost a wait.
            doubt.busy.goAlone(through: last)
            return false
        }
        batch = max(1, items.count / 2)
        doubt.busy.takeApart(true)
        if health.isHealthy { events.append(.fails(failure)) }
        health.doubt(failure, atOnce: true, at: now, policy: policy, fraction: fraction)
        return true
    }

    /// Whether the sink is busy for this change once more, having taken another in between.
    private func isOwn(_ item: OpenItem, _ failure: DeliveryFailure) -> Bool {
        guard health.isHealthy || doubt.busy.isTakingApart, doubt.question == nil else { return false }
        return item.tries > 1 || item.tries == 1 && witnesses.any(since: item.sequence, in: failure.work)
    }

    /// A change for which the sink is always busy goes on by itself, and others are given next; when many are, the sink is the reason.
    private mutating func keepBusy(_ item: OpenItem, _ failure: DeliveryFailure, isRefusal: Bool, at now: Timestamp) {
        if doubt.busy.isTakingApart { answered() }
        failedRows.insert(item.sequence)
        yieldsRows = true
        doubt.suspects[item.sequence] = nil
        putOffAlone(item, failure, isRefusal: isRefusal, at: now)
        if putsEverythingOff { sinkFails(failure, isRefusal: isRefusal, at: now) }
    }

    /// Rows for which the sink was busy: each is tried alone from now on, and others before them.
    private mutating func noteBusy(_ items: [OpenItem], _ failure: DeliveryFailure, at now: Timestamp) {
        for item in items {
            var item = item
            item.attempts &+= 1
            item.countTry(isWitnessed: witnesses.any(since: item.sequence, in: failure.work), at: now)
            witnesses.noteTry(item.sequence)
            open.update(item)
            tried[item.sequence] = .put(item, failure)
            doubt.rows.insert(item.sequence)
        }
        doubt.busy.goSingly()
    }

    /// A change of the window that failed alone.
    private mutating func suspect(_ item: OpenItem, _ failure: DeliveryFailure, isRefusal: Bool, isWitnessed: Bool = false, at now: Timestamp) {
        var item = item
        item.attempts &+= 1
        item.countTry(isWitnessed: isWitnessed, at: now)
        witnesses.noteTry(item.sequence)
        doubt.suspects[item.sequence] = Doubt.Suspect(item: item, failure: failure, isRefusal: isRefusal)
        window.suspect(item.sequence)
    }

    /// A batch that fails twice is halved, and so is each part of it that fails, at once; one that failed slowly is taken apart after the first time.
    private mutating func failTogether(_ items: [OpenItem], _ failure: DeliveryFailure, isWindow: Bool, took: Duration, at now: Timestamp) {
        putBack(items)
        let isSlow = isSlow(took)
        guard isWindow else {
            openBatch = max(1, items.count / 2)
            guard isSlow else { return }
            yieldsRows = true
            doubt.slowness.note(rows: items.map(\.sequence), took: took, open: open, policy: policy)
            return
        }
        let last = items.last?.sequence ?? 0
        doubt.failedThrough = max(doubt.failedThrough, last)
        if isSlow { doubt.halve(through: last) }
        let isHalved = doubt.isHalved(first: items[0].sequence, last: last, count: items.count)
        batch = isHalved ? max(1, items.count / 2) : items.count
        if isSlow { batch = doubt.slowness.note(last: last, count: items.count, took: took, policy: policy) }
        if health.isHealthy { events.append(.fails(failure)) }
        health.doubt(failure, atOnce: isHalved, at: now, policy: policy, fraction: fraction)
    }

    private mutating func failAlone(_ item: OpenItem, _ failure: DeliveryFailure, isRefusal: Bool, of running: Running, at now: Timestamp) {
        var item = item
        let took = running.took(at: now)
        if isSlow(took) {
            doubt.slowness.noteAlone(item.sequence, took: took, policy: policy)
            doubt.slowness.rest(item.sequence, at: now, took: took, open: open, policy: policy)
        }
        if window.contains(item.sequence) {
            suspect(item, failure, isRefusal: isRefusal, at: now)
            doubt.suspects[item.sequence]?.time = running.request.time
        } else if health.isHealthy, doubt.question == nil {
            failedRows.insert(item.sequence)
            putOffAlone(item, failure, isRefusal: isRefusal, at: now)
            if putsEverythingOff { sinkFails(failure, isRefusal: isRefusal, at: now) }
            return
        } else {
            // While nothing is taken that says nothing about the change.
            item.attempts &+= 1
            open.update(item)
            tried[item.sequence] = .put(item, failure)
            doubt.rows.insert(item.sequence)
        }
        ask(failure, isRefusal: isRefusal, running.purpose)
    }

    /// Lets others be tried at once: some when a sink that worked begins to fail, one for each later attempt.
    private mutating func ask(_ failure: DeliveryFailure, isRefusal: Bool, _ purpose: Purpose) {
        switch purpose {
        case .new: break
        case .attempt: doubt.question = Doubt.Question(failure: failure, isRefusal: isRefusal, others: 1)
        case .delivery, .other:
            let others = doubt.question?.others ?? policy.othersAtOnce
            doubt.question = Doubt.Question(failure: failure, isRefusal: isRefusal, others: others)
        }
    }

    /// Nothing that was tried was taken: the sink fails.
    mutating func decide(at now: Timestamp) {
        if let question = doubt.question { sinkFails(question.failure, isRefusal: question.isRefusal, at: now) }
    }

    mutating func sinkFails(_ failure: DeliveryFailure, isRefusal: Bool, at now: Timestamp) {
        doubt.question = nil
        doubt.isDecided = true
        if isRefusal { return pause(failure, at: now) }
        if health.isHealthy { events.append(.fails(failure)) }
        health.fail(failure, at: now, policy: policy, fraction: fraction)
    }

    mutating func pause(_ failure: DeliveryFailure, at now: Timestamp) {
        doubt.isDecided = true
        if !health.isPaused { events.append(.paused(failure)) }
        health.pause(failure, at: now, policy: policy, fraction: fraction)
    }

    /// The sink took changes: what failed alone before gets a row, whatever its failure, and full batches go on.
    ///
    /// - Parameter took: How long that took, where it is known.
    mutating func succeed(at now: Timestamp, took: Duration = .zero) {
        batch = min(doubt.slowness.most ?? limits.count, batch * 2)
        openBatch = min(limits.count, openBatch * 2)
        endStreak()
        putOffs = 0
        failedRows = []
        yieldsRows = false
        let settled = doubt.settle().filter { window.contains($0.item.sequence) }
        // What may have met nothing but an outage is asked about once more, and so is what had less time than was needed for what is taken now.
        let isOpen = { (suspect: Doubt.Suspect) in suspect.item.tries < 2 && (suspect.failure.isBusy || suspect.time.map { took > $0 } ?? false) }
        let again = settled.filter(isOpen).map(\.item)
        window.putBack(again.lazy.map(\.sequence))
        doubt.busy.remember(again, in: window)
        for suspect in settled where !isOpen(suspect) {
            var item = suspect.item
            let retryAfter = suspect.failure.isBusy ? suspect.failure.retryAfter : nil
            let wait = policy.item.calmWait(failures: 1, fraction: fraction, retryAfter: retryAfter).wholeMilliseconds
            item.state = .retrying
            item.next = now.advanced(byMilliseconds: wait)
            window.finish(item.sequence, .open(item, suspect.failure))
        }
        if requests.isEmpty {
            doubt.slowness.learn { window.hasReady(through: $0) }
            batch = min(batch, doubt.slowness.most ?? batch)
        }
        if let outage = health.succeed() { events.append(.recovered(outage)) }
    }

    /// The sink answered, although it took nothing: it does not fail as a whole, and what failed alone is asked about again.
    mutating func answered() {
        yieldsRows = false
        guard let outage = health.answer() else { return }
        window.putBack(doubt.suspects.keys)
        _ = doubt.settle()
        events.append(.recovered(outage))
    }

    /// Whether a replay may go on: nothing else is to be done, and the sink takes changes, or it fails for what may be one change's own, which nothing of
    /// its own is left to tell. A sink that said how long it is to be left alone, or could not be reached, is
    /// asked by its own changes, where there are any.
    var letsReplaysGo: Bool {
        guard requests.isEmpty, doubt.question == nil else { return false }
        guard let outage = health.outage else { return !hasReady }
        let open = open
        guard !window.hasOne(isBlocked: { open.isBlocked($0) }) else { return false }
        return !outage.failure.isOfSink || outage.failure.isBusy && !outage.failure.asksForWait || doubt.suspects.isEmpty && open.count == 0
    }

    /// The sink took changes beside those of its cursor, in these works: what failed alone is the reason itself, and the sink is not.
    mutating func witness(_ works: Set<SinkWork>, at now: Timestamp) {
        guard !works.isEmpty else { return }
        witnesses.note(works)
        if requests.isEmpty, !health.isHealthy || !doubt.suspects.isEmpty { succeed(at: now) }
        pass()
    }

    /// A change that failed alone while others were taken; one that was refused and is beyond hope is a dead letter.
    mutating func putOffAlone(_ item: OpenItem, _ failure: DeliveryFailure, isRefusal: Bool, at now: Timestamp) {
        var item = item
        item.countTry(isWitnessed: witnesses.any(since: item.sequence, in: failure.work), at: now)
        let isHopeless = isRefusal && item.isBeyondHope(tally.since(item.failed ?? now), at: now, policy: policy)
        putOff(item, failure, isHopeless: isHopeless, at: now)
    }

    /// A change gets a row, or its row is due later; it is a dead letter when its patience is at an end.
    mutating func putOff(_ item: OpenItem, _ failure: DeliveryFailure, isHopeless: Bool = false, at now: Timestamp) {
        var item = item
        item.putOff(failure, isWitnessed: witnesses.any(since: item.sequence, in: failure.work), at: now, policy: policy, fraction: fraction)
        witnesses.noteTry(item.sequence)
        if isHopeless { item.state = .dead }
        if item.state == .dead { events.append(.died(item, failure.reason)) }
        put(item, failure, at: now)
    }

    /// Says that a sink stands because too many changes wait in rows, and when it no longer does.
    mutating func noteRoom(at now: Timestamp) {
        let isFull = open.count >= policy.openItemsMax
        if isFull, fullSince == nil {
            fullSince = now
            events.append(.paused(fullness))
        } else if !isFull, open.count < policy.openItemsMax - policy.openItemsMax / 20 {
            fullSince = nil
        }
    }

    /// The sink's condition for people: without room for another row it stands, although it takes what it is given.
    func shownCondition(at now: Timestamp) -> SinkHealth.Condition {
        guard let fullSince, health.isHealthy else { return health.condition }
        var open = open
        return .paused(SinkHealth.Outage(since: fullSince, next: max(now, open.nextDue ?? now), failures: 1, failure: fullness))
    }

    /// Why a sink without room for another row stands.
    var fullness: DeliveryFailure {
        DeliveryFailure("\(policy.openItemsMax) changes wait in rows of their own, and there is no room for more: see `weir sinks` and `weir dead list`")
    }
}

extension SinkMachine.Running {
    /// How long it has taken; a clock that was set back makes nothing longer.
    func took(at now: Timestamp) -> Duration { .milliseconds(max(0, now.milliseconds - begun.milliseconds)) }
}
