import FindingModel
import Logging
import State

extension Pump {
    /// Finds or enters the sink's position; nothing when the task was cancelled before.
    func begin() async -> PumpRun? {
        let ledger = surroundings.ledger
        while !Task.isCancelled {
            let generation = ledger.generation, epoch = surroundings.feed.epoch
            do {
                let known = try await knownState()
                let state = if let known { known } else { try await newState() }
                try await ledger.note(type: sink.type, of: sink.name)
                noteRecovery()
                show(lastDelivered: state.lastDeliveredTime, lastReplay: try await ledger.lastDoneJob(of: sink.name))
                var open = OpenItems()
                for item in state.open { open.insert(item, at: now) }
                var machine = SinkMachine(
                    limits: sink.limits, policy: surroundings.policy, position: state.position, open: open, done: state.done, condition: state.condition,
                    notesTold: states != nil)
                // Dead letters are pending again without such a look where no gateway ran when a person asked for it.
                machine.supersede(try await overtaken(state.open.filter { $0.state == .again }), at: now)
                if hasBegun { try await recountReplays() }
                return PumpRun(machine: machine, revision: state.revision, epoch: epoch)
            } catch {
                guard await wait(after: "the sink's position cannot be read: \(error)") else { return nil }
                if error is LedgerError { try? await ledger.reopen(since: generation) }
            }
        }
        return nil
    }

    /// The state in the ledger, where the changes are now, without those whose receipts were erased.
    private func knownState() async throws -> LedgerState? {
        guard let state = try await alignedState() else { return nil }
        let erased = try await surroundings.feed.erased(among: try await surroundings.ledger.openIDs(of: sink.name))
        guard !erased.isEmpty else { return state }
        log.notice("sink \(sink.name): changes are dropped, as their receipts were erased: \(erased.count)")
        try await surroundings.ledger.dropErased(erased, sink: sink.name, now: now, after: state.revision)
        return try await surroundings.ledger.state(of: sink.name, now: now)
    }

    /// The state in the ledger, moved and written down where the row of changes is another one by now.
    private func alignedState() async throws -> LedgerState? {
        guard var state = try await surroundings.ledger.state(of: sink.name, now: now) else { return nil }
        guard state.position.cursor > 0 || state.position.anchor != nil else { return state }
        while true {
            try Task.checkCancellation()
            let next = try await firstChange(from: state.position.cursor)
            let isExpected = next?.sequence == state.position.cursor && next?.id == state.position.anchor
            var place: ChangePlace?
            if !isExpected, let anchor = state.position.anchor { place = try await surroundings.feed.place(of: anchor) }
            // A row that ends before a cursor that never had an id is another one.
            var end: UInt64?
            if state.position.anchor == nil, next == nil, try await surroundings.feed.isCaughtUp() { end = try await surroundings.feed.lastSequence() }
            switch CursorCheck.decide(state.position, next: next, place: place, end: end) {
            case .stands(let checked):
                guard checked != state.position else { return state }
                state.position = checked
                try await surroundings.ledger.apply(LedgerWrite(position: checked), after: state.revision)
                state.revision += 1
                return state
            case .moved(var moved, var why):
                if moved.cursor > state.position.cursor {
                    // More stands before it than the sink has passed, as where the journal has again what it could not read: nothing says what.
                    let kept = try await newestInPlace(before: state.position.cursor)
                    moved.move(to: max(kept?.0 ?? 0, moved.start), anchor: kept?.1)
                    why += "; the row holds more than it was told, so that what comes after change \(moved.cursor) is told again"
                } else if moved.anchor == nil, let (sequence, id) = try await newestInPlace(before: state.position.cursor), sequence > moved.cursor {
                    // Nothing at the place where the cursor's change was: what else the sink was told may stand further on.
                    moved.move(to: sequence, anchor: id)
                    why += "; the newest that it was told and that is still there is \(id)"
                }
                if moved.anchor == nil { moved.anchor = try await change(at: moved.cursor)?.id }
                log.warning("sink \(sink.name) goes on after change \(moved.cursor): \(why)")
                try await surroundings.ledger.realign(moved, places: try await places(), after: state.revision)
                return try await surroundings.ledger.state(of: sink.name, now: now)
            case .notYet:
                try await surroundings.clock.sleep(for: .milliseconds(200))
            }
        }
    }

    /// The newest change up to `cursor` that a request to the sink ended with, and that stands where it stood then: nothing has come in before it, nor gone.
    ///
    /// Where history parted, what came before is there and what came after is not: so it is found by halving, and what stood out of order just before
    /// it is looked at one by one.
    private func newestInPlace(before cursor: UInt64) async throws -> (UInt64, String)? {
        let ledger = surroundings.ledger, name = sink.name
        var low: Int64 = 0
        var high = try await ledger.namedDelivery(of: name, from: 0).last + 1
        var newest: (UInt64, String)?
        while low < high {
            try Task.checkCancellation()
            let middle = low + (high - low) / 2
            guard let row = try await ledger.namedDelivery(of: name, from: middle).row else {
                high = middle
                continue
            }
            if case .at(let sequence) = try await surroundings.feed.place(of: row.change), sequence == row.sequence, sequence <= cursor {
                if sequence > newest?.0 ?? 0 { newest = (sequence, row.change) }
                low = max(row.id, middle) + 1
            } else {
                high = middle
            }
        }
        var id = max(0, low - 50)
        while let row = try await ledger.namedDelivery(of: name, from: id).row, row.id < low {
            if case .at(let sequence) = try await surroundings.feed.place(of: row.change), sequence == row.sequence, sequence <= cursor,
                sequence > newest?.0 ?? 0
            {
                newest = (sequence, row.change)
            }
            id = max(row.id, id) + 1
        }
        return newest
    }

    /// Where the changes of the open items and dead letters stand now; nothing for those that are gone.
    private func places() async throws -> [String: UInt64] {
        var places: [String: UInt64] = [:]
        for id in try await surroundings.ledger.itemIDs(of: sink.name) {
            if case .at(let sequence) = try await surroundings.feed.place(of: id) { places[id] = sequence }
        }
        return places
    }

    /// The sink's oldest replay that is not done, with its places where their changes stand now.
    func nextReplay() async throws -> ReplayState? {
        guard let known = try await surroundings.ledger.nextReplay(of: sink.name) else { return nil }
        var state = known
        if let anchor = known.job.anchor { state.job.cursor = try await sequence(of: anchor) }
        if let last = known.job.lastChange { state.job.last = try await sequence(of: last) }
        (state.open, state.done) = ([], [])
        for item in known.open {
            var item = item
            if let sequence = try await kept(item.changeID) {
                item.sequence = sequence
                state.open.append(item)
            } else {
                state.job.filtered += 1
            }
        }
        for done in known.done {
            guard let sequence = try await kept(done.changeID) else { continue }
            state.done.append(DoneAbove(sequence: sequence, changeID: done.changeID, isSuperseded: done.isSuperseded))
        }
        state.job.waiting = UInt64(state.open.count)
        if state != known { try await surroundings.ledger.realign(state) }
        return state
    }

    /// Counts anew what replays that are not done will send, because receipts were erased or the row was made anew.
    private func recountReplays() async throws {
        for known in try await surroundings.ledger.openReplays(of: sink.name) where known.wanted != nil {
            var job = known
            if let anchor = job.anchor { job.cursor = try await sequence(of: anchor) }
            if let last = job.lastChange { job.last = try await sequence(of: last) }
            let state = try await surroundings.ledger.state(of: job)
            let erased = try await surroundings.feed.erased(among: state.open.map(\.changeID))
            let waiting = state.open.filter { !erased.contains($0.changeID) }.count
            let ahead = try await count(job, but: Set(state.open.map(\.changeID) + state.done.map(\.changeID)))
            let wanted = job.delivered + job.refused + UInt64(waiting) + ahead
            if wanted != job.wanted { try await surroundings.ledger.noteWanted(wanted, of: job) }
        }
    }

    /// Where the change stands now, or what came before it ends.
    func sequence(of id: String) async throws -> UInt64 {
        while true {
            switch try await surroundings.feed.place(of: id) {
            case .at(let sequence), .gone(let sequence): return sequence
            case .notYet: try await surroundings.clock.sleep(for: .milliseconds(200))
            }
        }
    }

    /// Where the change stands now; nothing when it is no longer there.
    private func kept(_ id: String) async throws -> UInt64? {
        let sequence = try await sequence(of: id)
        return try await change(at: sequence)?.id == id ? sequence : nil
    }

    private func newState() async throws -> LedgerState {
        let start = try await startSequence()
        let position = SinkPosition(name: sink.name, start: start, anchor: try await change(at: start)?.id)
        try await surroundings.ledger.insert(position)
        log.info("sink \(sink.name) is new and begins after change \(position.start)")
        return LedgerState(position: position, revision: 0, open: [])
    }

    private func firstChange(from sequence: UInt64) async throws -> Change? {
        try await surroundings.feed.changes(after: sequence > 0 ? sequence - 1 : 0, limit: 1, maxBytes: 1).first
    }

    private func change(at sequence: UInt64) async throws -> Change? {
        guard sequence > 0, let change = try await firstChange(from: sequence), change.sequence == sequence else { return nil }
        return change
    }

    private func startSequence() async throws -> UInt64 {
        let feed = surroundings.feed
        // A row that is still being made ends before what is "now".
        while start != .beginning, try await !feed.isCaughtUp() { try await surroundings.clock.sleep(for: .milliseconds(200)) }
        let first: UInt64
        switch start {
        case .now: return try await feed.lastSequence()
        case .beginning: first = try await feed.firstSequence(from: .receipt(1))
        case .time(let time): first = try await feed.firstSequence(from: .wall(time))
        }
        return first > 0 ? first - 1 : 0
    }
}
