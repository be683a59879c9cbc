import FindingModel

extension SinkMachine {
    /// Takes in how a request ended.
    ///
    /// - Parameters:
    ///   - overtaken: Changes of it that were not handed over, because the sink has a newer state of their records.
    ///   - expired: Open items of it whose changes are no longer kept.
    ///   - left: Open items of it that were not handed over, because the others were enough.
    mutating func end(
        _ id: Int, _ outcome: DeliveryOutcome, overtaken: Set<UInt64> = [], expired: [UInt64] = [], left: [UInt64] = [], at now: Timestamp, fraction: Double
    ) {
        guard let running = requests.removeValue(forKey: id) else { return }
        self.fraction = fraction
        let items = items(of: running.request, but: overtaken.union(expired + left), at: now)
        if case .open(let all) = running.request.content { open.end(all.map(\.sequence)) }
        for sequence in expired { close(sequence, \.expired, at: now) }
        for sequence in overtaken.sorted() { passOver(sequence, at: now) }
        guard !items.isEmpty else { return pass() }
        switch normal(outcome, count: items.count, of: running) {
        case .delivered(let status, let id):
            take(items, [ItemOutcome](repeating: .delivered, count: items.count), of: running, status: status, id: id, at: now)
        case .items(let outcomes, let status, let id): take(items, outcomes, of: running, status: status, id: id, at: now)
        case .retry(let failure): fail(items, of: running, failure, isRefusal: false, at: now)
        case .pause(let failure): fail(items, of: running, failure, isRefusal: true, at: now)
        case .split(let failure), .reject(let failure):
            if items.count > 1 {
                putBack(items)
                batch = max(1, items.count / 2)
                answered()
            } else {
                take(items, [.reject(failure)], of: running, status: failure.status, id: nil, at: now)
            }
        }
        if requests.isEmpty, doubt.question?.others == 0 { decide(at: now) }
        pass()
    }

    private func items(of request: DeliveryRequest, but left: Set<UInt64>, at now: Timestamp) -> [OpenItem] {
        switch request.content {
        case .window(let changes):
            changes.filter { !left.contains($0.sequence) }.map {
                doubt.suspects[$0.sequence]?.item ?? doubt.busy.known($0.sequence) ?? OpenItem($0, state: .again, at: now)
            }
        case .open(let items): items.filter { !left.contains($0.sequence) }
        }
    }

    /// The outcome, with an answer for each change or none: one that leaves some out counts as none, and putting all off is the sink's failure,
    /// also when it does that one by one or is busy. Of rows each is asked about alone: they were told apart from the sink before, and may fail alike.
    private func normal(_ outcome: DeliveryOutcome, count: Int, of running: Running) -> DeliveryOutcome {
        guard case .items(let outcomes, let status, _) = outcome else { return outcome }
        guard outcomes.count == count else {
            return .retry(DeliveryFailure("the answer speaks of \(outcomes.count) of \(count) changes", status: status, mayHaveArrived: true))
        }
        let putOff = outcomes.compactMap { outcome -> DeliveryFailure? in if case .retry(let failure) = outcome { failure } else { nil } }
        guard putOff.count == count, count > 1 || putsEverythingOff || isBusy, let first = putOff.first else { return outcome }
        let wait = putOff.compactMap(\.retryAfter).max()
        let isWindow = if case .window = running.request.content { true } else { false }
        return .retry(
            DeliveryFailure(
                first.reason, status: first.status ?? status, retryAfter: wait, mayHaveArrived: first.mayHaveArrived,
                isOfSink: (count == 1 || isWindow) && putOff.contains(where: \.isOfSink), work: first.work))
    }

    private mutating func take(_ items: [OpenItem], _ outcomes: [ItemOutcome], of running: Running, status: Int?, id: String?, at now: Timestamp) {
        var delivered: [UInt64] = []
        var isSuccess = false
        for case (let item, .taken(let work)) in zip(items, outcomes) {
            delivered.append(item.sequence)
            doubt.suspects[item.sequence] = nil
            witnesses.forget(item.sequence)
            proven.remove(item.sequence)
            // What nobody was asked about says nothing about the sink.
            guard work != .nothing else { continue }
            witnesses.note([work])
            noteTold(item)
            isSuccess = true
        }
        if isSuccess {
            if case .window = running.request.content { tally.note(failed: false, at: now) }
            let took = running.took(at: now)
            doubt.slowness.noteTaken(count: items.count, took: took, limits: limits)
            if !doubt.busy.outlasts(running.request.id) { succeed(at: now, took: took) }
        } else if outcomes.contains(where: \.isAnswer) {
            // What had nothing to tell was no question to the sink, so it says nothing about it.
            answered()
        }
        for (item, outcome) in zip(items, outcomes) {
            switch outcome {
            case .taken: if !window.finish(item.sequence, .delivered) { close(item.sequence, \.delivered, at: now) }
            case .superseded:
                passOver(item.sequence, at: now)
            case .untried: putBack([item])
            case .retry(let failure):
                if items.count == 1 {
                    putOffs += 1
                    let took = running.took(at: now)
                    if isSlow(took) { doubt.slowness.rest(item.sequence, at: now, took: took, open: open, policy: policy) }
                }
                doubt.suspects[item.sequence] = nil
                putOff(item, failure, at: now)
            case .failed(let failure, let isRefusal):
                if isSuccess, !failure.isOfSink {
                    if case .window = running.request.content { tally.note(failed: true, at: now) }
                    doubt.suspects[item.sequence] = nil
                    putOffAlone(item, failure, isRefusal: isRefusal, at: now)
                } else {
                    fail([item], of: running, failure, isRefusal: isRefusal, at: now)
                }
            case .reject(let failure): reject(item, failure, of: running, at: now)
            }
        }
        let last = delivered.max()
        let lastChange = items.first { $0.sequence == last }?.changeID
        if let row = DeliveryRow(
            sink: position.name, sequences: delivered.sorted(), lastChange: lastChange, time: now, status: status, remoteID: id)
        {
            write.deliveries.append(row)
        }
        // What was refused while others passed was not refused in a row.
        if isSuccess { endStreak() } else if streak.count >= policy.rejectsInARow { suspect(at: now) }
    }

    /// The sink has the change's state, or a newer one.
    private mutating func passOver(_ sequence: UInt64, at now: Timestamp) {
        doubt.suspects[sequence] = nil
        proven.remove(sequence)
        if !window.finish(sequence, .superseded), open[sequence] != nil { close(sequence, \.superseded, at: now) }
    }

    /// The sink refuses a change for good. While it is paused that says nothing about the change.
    private mutating func reject(_ item: OpenItem, _ failure: DeliveryFailure, of running: Running, at now: Timestamp) {
        var item = item
        item.attempts &+= 1
        doubt.suspects[item.sequence] = nil
        guard !health.isPaused else {
            // One that was not tried yet says nothing about how soon the sink is asked again.
            if running.purpose != .new { health.fail(failure, at: now, policy: policy, fraction: fraction) }
            doubt.question = nil
            doubt.rows.insert(item.sequence)
            proven.insert(item.sequence)
            // A row lets the next probe ask with the change behind it.
            if !window.finish(item.sequence, .open(item, failure)) {
                open.update(item)
                tried[item.sequence] = .put(item, failure)
            }
            return
        }
        lastRefusal = failure
        item.state = .dead
        let death = SinkEvent.died(item, failure.reason)
        if proven.remove(item.sequence) == nil {
            streak.append(item)
            unsaid.append(death)
        } else {
            events.append(death)
        }
        put(item, failure, at: now)
    }

    /// So many refusals in a row are the sink's fault: those changes are pending again, and the sink is paused.
    private mutating func suspect(at now: Timestamp) {
        let suspects = streak
        if suspects.count > unsaid.count { events.append(.pendingAgain(suspects.count - unsaid.count)) }
        (streak, unsaid) = ([], [])
        for item in suspects {
            if window.contains(item.sequence) {
                window.putBack([item.sequence])
            } else {
                var item = item
                item.state = .again
                item.next = now
                write.rows.append(.move(open.insert(item, at: now)))
            }
        }
        proven.formUnion(suspects.map(\.sequence))
        let words = lastRefusal.map { ": \($0.reason)" } ?? ""
        let reason = "\(suspects.count) changes in a row were refused, and none taken\(words)"
        pause(DeliveryFailure(reason, status: lastRefusal?.status), at: now)
    }
}

extension ItemOutcome {
    /// Whether the sink said something about this change.
    var isAnswer: Bool {
        switch self {
        case .retry, .reject: true
        case .taken(let work): work != .nothing
        case .failed, .untried, .superseded: false
        }
    }
}

extension SinkMachine {
    mutating func putBack(_ items: [OpenItem]) {
        // Open items are where they were: nothing of them changed.
        window.putBack(items.lazy.map(\.sequence))
        for item in items where doubt.suspects[item.sequence] != nil { window.suspect(item.sequence) }
    }

    /// Gives a change that was handed over a row, or changes the row that it has.
    mutating func put(_ item: OpenItem, _ failure: DeliveryFailure, at now: Timestamp) {
        if item.state == .dead { witnesses.forget(item.sequence) }
        if window.finish(item.sequence, .open(item, failure)) { return }
        write.rows.append(.put(item, failure))
        guard item.state == .dead else { return open.update(item) }
        promote(open.remove(item.sequence, at: now))
    }

    /// Ends an open item.
    private mutating func close(_ sequence: UInt64, _ counter: WritableKeyPath<SinkPosition, UInt64>, at now: Timestamp) {
        position.close(counter)
        witnesses.forget(sequence)
        write.rows.append(.remove(sequence))
        promote(open.remove(sequence, at: now))
    }

    private mutating func promote(_ next: OpenItem?) {
        if let next { write.rows.append(.move(next)) }
    }

    /// Moves the cursor over what is done.
    mutating func pass() {
        defer { position.above = window.doneAbove }
        guard let passed = window.pass() else { return }
        position.advance(past: passed)
        if passed.expired > 0 { events.append(.expired(passed.expired)) }
        let now = passed.opened.first?.0.since ?? Timestamp(milliseconds: 0)
        for (item, failure) in passed.opened {
            write.rows.append(.put(item.state == .dead ? item : open.insert(item, at: now), failure))
        }
    }

    /// The sink took a test: what failed alone is the reason itself, and nothing that waits need wait any longer, in rows neither.
    mutating func hurry(at now: Timestamp) {
        witnesses.note(SinkWork.ofTests)
        if doubt.suspects.isEmpty || !requests.isEmpty { health.hurry(at: now) } else { succeed(at: now) }
        pass()
        open.hurry(at: now)
    }

    /// A person wants dead letters tried again; returns how many there was room for.
    ///
    /// - Parameter overtaken: For a sink that keeps one state of each record, those letters of whose records it has a newer state: they have nothing to
    ///   tell.
    mutating func revive(_ letters: [OpenItem], overtaken: Set<UInt64> = [], at now: Timestamp) -> Int {
        var count = 0
        for letter in letters where letter.state == .dead && open[letter.sequence] == nil && open.count < policy.openItemsMax {
            if overtaken.contains(letter.sequence) {
                position.close(\.superseded)
                write.rows.append(.remove(letter.sequence))
                count += 1
                continue
            }
            var item = letter
            item.state = .again
            item.next = now
            item.waited = 0
            item.tries = 0
            item.failed = nil
            proven.insert(item.sequence)
            write.rows.append(.move(open.insert(item, at: now)))
            count += 1
        }
        return count
    }

    /// Ends those open items, of a sink that keeps one state of each record, of whose records it has a newer state.
    mutating func supersede(_ overtaken: Set<UInt64>, at now: Timestamp) {
        for sequence in overtaken.sorted() where open[sequence] != nil { close(sequence, \.superseded, at: now) }
    }

    /// A person gives dead letters up; returns how many.
    mutating func drop(_ letters: [OpenItem]) -> Int {
        var count = 0
        for letter in letters where letter.state == .dead && open[letter.sequence] == nil {
            position.close(\.dropped)
            write.rows.append(.remove(letter.sequence))
            count += 1
        }
        return count
    }

    /// Whether something has happened that must be written down before the next request begins.
    var mustWrite: Bool { write.isUrgent || isOutageNew }
    /// Whether the position is ahead of what was written down.
    var isAhead: Bool { write.position != position }

    /// What was refused was not refused in a row, or nothing comes behind it for now: they are dead letters.
    mutating func endStreak(isOver: Bool = true) {
        if isOver { streak = [] }
        events += unsaid
        unsaid = []
    }

    mutating func takeEvents() -> [SinkEvent] {
        defer { events = [] }
        return events
    }
}
