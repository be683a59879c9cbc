import FindingModel
import Logging
import State
import Synchronization

/// Carries the changes to one sink: reads them after the cursor, hands them over in batches, and writes down what was taken.
///
/// One batch at a time, in order; whatever fails is tried again without end, and nothing is passed over that a route takes.
final class Pump: Sendable {
    let sink: any EventSink
    private let filter: SinkFilter
    private let start: StartPoint
    private let surroundings: PumpSurroundings
    private let state: Mutex<PumpState>
    private let attempt = DeliveryAttempt()
    private let log: Logger

    /// Changes and bytes read at a time.
    private let pageLimit: Int
    private let pageBytes: Int
    /// Pages looked through for a batch before it goes out unfilled.
    private static let pagesPerBatchMax = 16

    init(sink: any EventSink, filter: SinkFilter, start: StartPoint, surroundings: PumpSurroundings) {
        self.sink = sink
        self.filter = filter
        self.start = start
        self.surroundings = surroundings
        state = Mutex(PumpState(sink: sink.name))
        pageLimit = min(max(sink.limits.count, 256), 10_000)
        pageBytes = max(sink.limits.bytes, 1 << 20)
        var log = surroundings.log
        log[metadataKey: "sink"] = "\(sink.name)"
        self.log = log
    }

    private var now: Timestamp { surroundings.clock.now }

    /// Works until the task is cancelled; then the request under way is waited for and the position written down.
    func run() async {
        if await begin() {
            await carry()
            _ = await save(row: nil)
        }
        state.withLock { $0.stop() }
    }

    /// Cuts the request under way off.
    func abandonAttempt() { attempt.abandon() }

    func status(last: UInt64?) -> SinkStatus {
        state.withLock { state in
            SinkStatus(
                name: sink.name, type: sink.type, state: state.state, position: state.position,
                pending: last.map { state.position.pending(last: $0) }, lastAnswer: state.lastAnswer, lastDeliveredTime: state.lastDeliveredTime)
        }
    }

    private func carry() async {
        var builder = BatchBuilder(limits: sink.limits, after: state.withLock { $0.position.cursor })
        var pages = 0
        var lastBatch: Timestamp?
        while !Task.isCancelled, let page = await readPage(after: builder.position) {
            for (change, isTaken) in zip(page, filter.takes(page)) {
                for batch in builder.add(change, isTaken: isTaken) {
                    guard await handOver(batch) else { return }
                    pages = 0
                }
            }
            pages += 1
            if page.count < pageLimit || !builder.holdsChanges || pages >= Self.pagesPerBatchMax, let batch = builder.flush() {
                guard await handOver(batch) else { return }
                pages = 0
                lastBatch = now
            }
            if page.isEmpty { await waitForChange(after: builder.position) }
            if page.count < pageLimit { await gather(since: lastBatch) }
        }
    }

    /// Lets changes gather for the rest of the least time between two batches.
    private func gather(since lastBatch: Timestamp?) async {
        guard let lastBatch, surroundings.gatherMilliseconds > 0 else { return }
        let left = surroundings.gatherMilliseconds - (now.milliseconds - lastBatch.milliseconds)
        // A clock that was set back must not stretch the wait.
        guard (1...surroundings.gatherMilliseconds).contains(left) else { return }
        try? await surroundings.clock.sleep(for: .milliseconds(left))
    }

    /// The changes after `sequence`; nothing when the task was cancelled.
    private func readPage(after sequence: UInt64) async -> [Change]? {
        while !Task.isCancelled {
            do {
                let page = try await surroundings.feed.changes(after: sequence, limit: pageLimit, maxBytes: pageBytes)
                noteRecovery()
                return page
            } catch {
                guard await pause(after: DeliveryFailure("the changes cannot be read: \(error)"), ofSink: false) else { return nil }
            }
        }
        return nil
    }

    private func waitForChange(after sequence: UInt64) async {
        let (feed, clock) = (surroundings.feed, surroundings.clock)
        guard state.withLock({ $0.unsavedSince != nil }) else {
            await feed.waitForChange(after: sequence)
            return
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await feed.waitForChange(after: sequence) }
            group.addTask { try? await clock.sleep(for: .milliseconds(PumpState.longestUnsavedMilliseconds)) }
            await group.next()
            group.cancelAll()
        }
        if state.withLock({ $0.mustSave(at: now) }) { _ = await save(row: nil) }
    }

    /// Brings `batch` to the sink, however long that takes, and the position past it; false when the task was cancelled before.
    private func handOver(_ batch: Batch) async -> Bool {
        if batch.expired > 0 {
            log.warning("\(batch.expired) changes up to \(batch.through) are no longer kept and were never delivered to sink \(sink.name)")
        }
        guard !batch.changes.isEmpty else {
            let mustSave = state.withLock { state in
                state.pass(batch, at: now)
                return state.mustSave(at: now)
            }
            return mustSave ? await save(row: nil) : true
        }
        while !Task.isCancelled {
            state.withLock { $0.beginDelivery() }
            let outcome = await attempt.run(sink, batch.changes)
            if let failure = outcome.failure {
                guard !Task.isCancelled, await pause(after: failure, ofSink: true) else { return false }
                continue
            }
            let time = now
            let (status, id) = outcome.receipt
            let ended = state.withLock { $0.delivered(batch, status: status, at: time) }
            note(end: ended)
            return await save(row: DeliveryRow(sink: sink.name, batch: batch, time: time, status: status, remoteID: id))
        }
        return false
    }

    /// Writes the position down, with the row of the request that moved it; tries until it succeeds, once more when cancelled.
    private func save(row: DeliveryRow?) async -> Bool {
        let (old, position) = state.withLock { ($0.savedCursor, $0.position) }
        guard old != position.cursor else { return true }
        let ledger = surroundings.ledger
        while true {
            let generation = ledger.generation
            do throws(LedgerError) {
                try await ledger.move(from: old, to: position, row: row)
                state.withLock { $0.saved(position) }
                noteRecovery()
                return true
            } catch {
                let failure = DeliveryFailure("the ledger cannot be written: \(error)")
                guard !Task.isCancelled, await pause(after: failure, ofSink: false) else {
                    log.error("the position of sink \(sink.name) was not written down, so its last changes will be sent again: \(error)")
                    return false
                }
                try? await ledger.reopen(since: generation)
            }
        }
    }
}

extension Pump {
    /// Finds or enters the sink's position; false when the task was cancelled before.
    private func begin() async -> Bool {
        let ledger = surroundings.ledger
        while !Task.isCancelled {
            let generation = ledger.generation
            do {
                if let position = try await ledger.position(of: sink.name) {
                    guard let position = try await checked(position) else { return false }
                    state.withLock { $0.begin(at: position) }
                } else {
                    let start = try await startSequence()
                    let position = SinkPosition(name: sink.name, start: start, anchor: try await change(at: start)?.id)
                    try await ledger.insert(position)
                    state.withLock { $0.begin(at: position) }
                    log.info("sink \(sink.name) is new and begins after change \(position.start)")
                }
                noteRecovery()
                return true
            } catch {
                guard await pause(after: DeliveryFailure("the sink's position cannot be read: \(error)"), ofSink: false) else { return false }
                if error is LedgerError { try? await ledger.reopen(since: generation) }
            }
        }
        return false
    }

    /// The position, moved and written down where the row of changes is another one by now; nothing when the task was cancelled before.
    private func checked(_ position: SinkPosition) async throws -> SinkPosition? {
        guard position.cursor > 0 || position.anchor != nil else { return position }
        while !Task.isCancelled {
            let next = try await firstChange(from: position.cursor)
            let isExpected = next?.sequence == position.cursor && next?.id == position.anchor
            let place = if !isExpected, let anchor = position.anchor { try await surroundings.feed.place(of: anchor) } else { nil as ChangePlace? }
            switch CursorCheck.decide(position, next: next, place: place) {
            case .stands(let checked):
                if checked != position { try await surroundings.ledger.move(from: position.cursor, to: checked, row: nil) }
                return checked
            case .moved(var moved, let why):
                if moved.anchor == nil { moved.anchor(at: try await change(at: moved.cursor)?.id) }
                log.warning("sink \(sink.name) goes on after change \(moved.cursor): \(why)")
                try await surroundings.ledger.move(from: position.cursor, to: moved, row: nil)
                return moved
            case .notYet:
                try? await surroundings.clock.sleep(for: .milliseconds(200))
            }
        }
        return nil
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
        case .beginning: first = try await feed.firstSequence(atOrAfter: Timestamp(milliseconds: .min))
        case .time(let time): first = try await feed.firstSequence(atOrAfter: time)
        }
        return first > 0 ? first - 1 : 0
    }

    /// Notes a failure and waits as the policy says; false when the task is cancelled meanwhile.
    private func pause(after failure: DeliveryFailure, ofSink: Bool) async -> Bool {
        guard !Task.isCancelled else { return false }
        let (wait, outage) = state.withLock { state in
            let wait = state.failed(failure, ofSink: ofSink, at: now, policy: surroundings.policy, fraction: surroundings.random())
            return (wait, state.outage)
        }
        if let outage {
            let level: Logger.Level = outage.failures == 1 ? .warning : .debug
            log.log(level: level, "sink \(sink.name): \(failure.reason); next attempt in \(wait), failures in a row: \(outage.failures)")
        }
        do {
            try await surroundings.clock.sleep(for: wait)
            return true
        } catch {
            return false
        }
    }

    private func noteRecovery() {
        note(
            end: state.withLock { state in
                let ended = state.recovered()
                state.becomeIdle()
                return ended
            })
    }

    private func note(end outage: RetryState.Outage?) {
        guard let outage else { return }
        log.notice("sink \(sink.name) goes on after \(outage.failures) failures since \(outage.since.rfc3339)")
    }
}
