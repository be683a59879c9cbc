import FindingModel

/// What is done with, and what waits aside.
extension ReplayMachine {
    /// A change waits aside, or has failed there once more.
    mutating func setAside(_ change: Change, _ failure: DeliveryFailure, at now: Timestamp, fraction: Double) {
        var item = aside[change.sequence] ?? OpenItem(change, state: .retrying, at: now)
        item.attempts &+= 1
        item.countTry(isWitnessed: witnesses.any(since: change.sequence, in: failure.work), at: now)
        witnesses.noteTry(change.sequence)
        job.words = failure.reason
        guard !isBeyondHope(item, at: now) else {
            finish(change, at: now)
            return refuse(failure)
        }
        let wait = Self.pause.calmWait(failures: item.attempts, fraction: fraction, retryAfter: failure.retryAfter)
        item.state = .retrying
        item.next = now.advanced(byMilliseconds: wait.wholeMilliseconds)
        buffer.removeAll { $0.sequence == change.sequence }
        put(item, at: now)
    }

    /// Counts a request; those with a change that waits aside are not asked for what the sink does.
    mutating func note(_ sent: [Change], failed: Bool, at now: Timestamp) {
        guard !sent.contains(where: { aside[$0.sequence] != nil }) else { return }
        tally.note(failed: failed, at: now)
        if failed { for change in sent { failures[change.sequence, default: 0] += 1 } }
    }

    /// Whether the change was tried often enough while hardly any request without it failed: one of a sink that fails half of what it is given would fail as
    /// often.
    private func isBeyondHope(_ item: OpenItem, at now: Timestamp) -> Bool {
        guard item.tries > Self.triesMax else { return false }
        var others = tally.since(item.failed ?? now)
        let own = min(failures[item.sequence] ?? 0, others.failed)
        (others.all, others.failed) = (others.all - own, others.failed - own)
        return item.isBeyondHope(others, at: now, policy: policy)
    }

    /// Has what was read of records that wait aside wait there too: it is read again when its turn comes.
    private mutating func hold() {
        guard aside.count > 0 else { return }
        let held = buffer.filter { aside.isBlocked($0.subject) }
        guard !held.isEmpty else { return }
        buffer.removeAll { aside.isBlocked($0.subject) }
        for change in held { put(OpenItem(change, state: .held, at: change.receivedTime), at: change.receivedTime) }
    }

    private mutating func put(_ item: OpenItem, at now: Timestamp) {
        before[item.sequence] = nil
        let item = aside.insert(item, at: now)
        rows[item.sequence] = .some(item)
    }

    mutating func removeAside(_ sequence: UInt64, at now: Timestamp) {
        guard aside[sequence] != nil else { return }
        witnesses.forget(sequence)
        rows[sequence] = .some(nil)
        if let next = aside.remove(sequence, at: now) { rows[next.sequence] = .some(next) }
    }

    /// The sink is never asked again about a change in this replay.
    mutating func finish(_ change: Change, at now: Timestamp) {
        failures[change.sequence] = nil
        before[change.sequence] = nil
        if aside[change.sequence] != nil { return removeAside(change.sequence, at: now) }
        buffer.removeAll { $0.sequence == change.sequence }
        suspects.removeAll { $0.sequence == change.sequence }
        above.append((DoneAbove(sequence: change.sequence, changeID: change.id, isSuperseded: false), false))
    }

    mutating func refuse(_ failure: DeliveryFailure) {
        job.refused += 1
        job.words = failure.reason
    }

    mutating func pass() {
        hold()
        // What was erased, forgotten, or is no longer meant for the sink since it was counted will not be sent.
        if readThrough >= job.last, job.cancelled == nil {
            job.wanted = job.delivered + job.refused + UInt64(aside.count + buffer.count + suspects.count)
        }
        let first = [buffer.first?.sequence, suspects.map(\.sequence).min()].compactMap { $0 }.min()
        (job.cursor, job.anchor) = first.map { ($0 - 1, before[$0]) } ?? (readThrough, readID)
        above.removeAll { $0.done.sequence <= job.cursor }
        job.waiting = UInt64(aside.count)
    }
}
