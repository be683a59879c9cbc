import FindingModel
import Logging
import State
import Synchronization

/// Carries the changes to one sink: reads them after the cursor, makes the requests that its machine wants, and writes down what it decides.
///
/// Whatever fails is tried again, and nothing that a route takes is passed over.
final class Pump: Sendable {
    /// What the running pump is told.
    enum Message: Sendable {
        case ended(Int, RequestRun.End)
        case replayed(Int, DeliveryOutcome)
        /// A replay was entered into the ledger.
        case replay
        /// The sink took a test.
        case hurry
        case command(PumpCommand)
    }

    let sink: any EventSink
    let surroundings: PumpSurroundings
    let start: StartPoint
    let log: Logger
    private let filter: SinkFilter
    private let mailbox = Mailbox<Message>()
    private let requests = RequestTasks()
    private let shown: Mutex<SinkStatus>
    /// What fails of the gateway itself, apart from what the sink does.
    private let trouble = Mutex(SinkHealth())
    /// What the journal heard of this sink.
    private let notices = Mutex(NoticeLimit())
    /// What the sink last said about deliveries that reach some and not others.
    private let lastConcern = Mutex<String?>(nil)
    /// Least milliseconds between two batches.
    private let gatherMilliseconds: Int64

    /// Changes and bytes read at a time.
    private let pageLimit: Int
    private let pageBytes: Int

    init(sink: any EventSink, filter: SinkFilter, start: StartPoint, surroundings: PumpSurroundings) {
        self.sink = sink
        self.filter = filter
        self.start = start
        self.surroundings = surroundings
        shown = Mutex(SinkStatus(name: sink.name, type: sink.type))
        gatherMilliseconds = max(surroundings.gatherMilliseconds, sink.limits.gatherMilliseconds)
        pageLimit = min(max(sink.limits.count, 256), 10_000)
        pageBytes = max(sink.limits.bytes, 1 << 20)
        var log = surroundings.log
        log[metadataKey: "sink"] = "\(sink.name)"
        self.log = log
    }

    var now: Timestamp { surroundings.clock.now }

    /// Works until the task is cancelled; then the requests under way are waited for and everything is written down.
    func run() async {
        // Once more from the beginning when the row of changes was made anew.
        while var run = await begin() {
            await carry(&run)
            await requests.wait()
            take(mailbox.take(), &run)
            let isWritten = await write(&run)
            if !run.isReplaySaved, let job = run.replay?.job { try? await surroundings.ledger.update(job) }
            show(run)
            reply(&run, isWritten: isWritten)
            // What the sink said may quote what was erased meanwhile.
            if !Task.isCancelled { shown.withLock { ($0.lastAnswer, $0.concern) = (nil, nil) } }
        }
        for message in mailbox.close() { if case .command(let command) = message { command.reply.resume(returning: 0) } }
        shown.withLock { $0.state = .stopped }
    }

    /// Whether it has ended.
    var isStopped: Bool { shown.withLock { $0.state == .stopped } }

    /// Cuts the requests under way off.
    func abandon() { requests.abandon() }

    func status(last: UInt64?) -> SinkStatus {
        var status = shown.withLock { $0 }
        status.last = last
        if status.state != .stopped, let outage = trouble.withLock({ $0.outage }) { status.state = .retrying(outage) }
        return status
    }

    /// Tries again now what waits for the sink.
    func hurry() { mailbox.post(.hurry) }

    /// How many changes of a replay's stretch its types and the sink's routes take.
    func count(_ job: ReplayJob) async throws -> UInt64 {
        var (count, after) = (UInt64(0), job.cursor)
        while after < job.last {
            let page = try await surroundings.feed.changes(after: after, limit: 1000, maxBytes: 1 << 20)
            guard let last = page.last else { break }
            for (change, isTaken) in zip(page, filter.takes(page)) where isTaken && !change.isErased && change.sequence <= job.last && job.matches(change) {
                count += 1
            }
            after = last.sequence
        }
        return count
    }

    /// Says that the ledger holds a replay for this sink.
    func beginReplay() { mailbox.post(.replay) }

    /// Does what a person asks for and returns for how many changes it was done; 0 when the pump has stopped.
    func carryOut(_ settlement: DeadLetterSettlement, _ letters: [OpenItem]) async -> Int {
        var later: [UInt64: UInt64] = [:]
        if sink.keepsOneState {
            for letter in letters {
                guard let newest = try? await surroundings.feed.newestChange(of: letter.uid), filter.takes([newest]) == [true] else { continue }
                later[letter.sequence] = newest.sequence
            }
        }
        let newest = later
        return await withCheckedContinuation { reply in
            let command = PumpCommand(settlement: settlement, letters: letters, later: newest, reply: reply)
            if !mailbox.post(.command(command)) { reply.resume(returning: 0) }
        }
    }

    private func carry(_ run: inout PumpRun) async {
        while !Task.isCancelled, stands(run) {
            take(mailbox.take(), &run)
            if run.mustWrite(at: now) { guard await write(&run) else { return } }
            if !run.replies.isEmpty { reply(&run, isWritten: true) }
            guard await read(&run) else { return }
            if run.replay?.isUnderWay != true { startRequests(&run) }
            await replay(&run)
            show(run)
            if run.mustWrite(at: now) { continue }
            if run.machine.wantsChanges, !run.isAtEnd, run.pages < PumpRun.pagesPerRequestMax { continue }
            await wait(&run)
        }
    }

    /// Reads as far as the next request needs; false when the task was cancelled.
    private func read(_ run: inout PumpRun) async -> Bool {
        while run.machine.wantsChanges, !run.isAtEnd, run.pages < PumpRun.pagesPerRequestMax {
            guard let page = await readPage(after: run.machine.readThrough, run) else { return false }
            run.machine.admit(page, takes: filter.takes(page))
            run.isAtEnd = page.count < pageLimit && page.reduce(0) { $0 + $1.data.bytes.count } < pageBytes
            run.pages += 1
            tell(run.machine.takeEvents())
            if run.mustWrite(at: now) { return true }
        }
        return true
    }

    private func reply(_ run: inout PumpRun, isWritten: Bool) {
        for (reply, count) in run.replies { reply.resume(returning: isWritten ? count : 0) }
        run.replies = []
    }

    private func startRequests(_ run: inout PumpRun) {
        let now = now
        while let request = run.machine.next(at: now, whole: run.isWhole(at: now, gatherMilliseconds: gatherMilliseconds)) {
            if case .window = request.content { run.pages = 0 }
            let call = RequestRun(sink: sink, feed: surroundings.feed)
            requests.start(request.id) { [mailbox] in
                let end = await call.run(request)
                mailbox.post(.ended(request.id, end))
            }
        }
        if !run.machine.hasReady { run.pages = 0 }
    }

    /// Takes in what has happened meanwhile.
    private func take(_ messages: [Message], _ run: inout PumpRun) {
        for message in messages {
            switch message {
            case .ended(let id, let end):
                requests.end(id)
                let now = now
                note(end.outcome, at: now)
                run.machine.end(id, end.outcome, expired: end.expired, left: end.left, at: now, fraction: surroundings.random())
                run.lastBatch = now
            case .replayed(let count, let outcome):
                requests.end(Self.replayRequest)
                note(outcome, at: now)
                run.replay?.end(count, outcome, at: now, fraction: surroundings.random())
                run.isReplaySaved = false
            case .replay: run.mayHaveReplay = true
            case .hurry: run.machine.hurry(at: now)
            case .command(let command):
                run.replies.append((command.reply, command.settlement.carryOut(&run.machine, command.letters, later: command.later, at: now)))
            }
        }
        tell(run.machine.takeEvents())
    }

    /// Returns when there is something to do.
    private func wait(_ run: inout PumpRun) async {
        enum Reason { case mail, changes, time }
        let (feed, clock, mailbox) = (surroundings.feed, surroundings.clock, mailbox)
        let now = now
        // Who wants none is woken all the same when the row of changes is another one.
        let after = run.machine.wantsChanges && run.isAtEnd ? run.machine.readThrough : .max
        var wake = run.wake(at: now, gatherMilliseconds: gatherMilliseconds)
        if isCalm(run), let next = run.replay?.wake { wake = min(wake ?? next, next) }
        let due = wake
        let reason = await withTaskGroup(of: Reason.self) { group in
            group.addTask {
                await mailbox.wait()
                return .mail
            }
            group.addTask {
                await feed.waitForChange(after: after)
                return .changes
            }
            if let wake = due {
                // What is due and cannot be done all the same must not become a loop.
                let wait = Duration.milliseconds(max(5, wake.milliseconds - now.milliseconds))
                group.addTask {
                    try? await clock.sleep(for: wait)
                    return .time
                }
            }
            let first = await group.next()
            group.cancelAll()
            return first
        }
        if reason == .changes { run.isAtEnd = false }
        if run.pages >= PumpRun.pagesPerRequestMax { run.pages = 0 }
    }

    /// Whether the row of changes is still the one in which the run found its place.
    private func stands(_ run: PumpRun) -> Bool { surroundings.feed.epoch == run.epoch }

    /// The changes after `sequence`; nothing when the task was cancelled, or the row of changes is made anew.
    private func readPage(after sequence: UInt64, _ run: PumpRun) async -> [Change]? {
        while !Task.isCancelled, stands(run) {
            do {
                let page = try await surroundings.feed.changes(after: sequence, limit: pageLimit, maxBytes: pageBytes)
                noteRecovery()
                return page
            } catch {
                guard await wait(after: "the changes cannot be read: \(error)") else { return nil }
            }
        }
        return nil
    }

    /// Writes down what the machine decided; tries until it succeeds, once more when cancelled.
    private func write(_ run: inout PumpRun) async -> Bool {
        guard let write = run.machine.takeWrite() else { return true }
        let ledger = surroundings.ledger
        while true {
            let generation = ledger.generation
            do throws(LedgerError) {
                try await ledger.apply(write, after: run.revision)
                run.revision += 1
                run.aheadSince = nil
                noteRecovery()
                return true
            } catch {
                guard !Task.isCancelled, await wait(after: "the ledger cannot be written: \(error)") else {
                    log.error("the position of sink \(sink.name) was not written down, so its last changes will be sent again: \(error)")
                    return false
                }
                try? await ledger.reopen(since: generation)
            }
        }
    }
}

extension Pump {
    /// The number of a replay's request among those under way.
    private static let replayRequest = 0

    /// Whether the sink has nothing to do for its own cursor, so that a replay may go on.
    private func isCalm(_ run: PumpRun) -> Bool {
        run.isAtEnd && !run.machine.hasRequests && !run.machine.hasReady && run.machine.health.isHealthy
    }

    /// Takes a replay further while nothing else is to be done: what failed of it is tried again, and never the sink's own cursor's affair.
    private func replay(_ run: inout PumpRun) async {
        guard isCalm(run), run.replay != nil || run.mayHaveReplay else { return }
        do {
            if !run.isReplaySaved, let job = run.replay?.job {
                try await surroundings.ledger.update(job)
                run.isReplaySaved = true
                if job.isDone {
                    run.replay = nil
                    shown.withLock { $0.lastReplay = job }
                    log.notice("replay \(job.id) to sink \(sink.name) is done: \(job.delivered) delivered, \(job.filtered) filtered, \(job.refused) refused")
                }
            }
            if run.replay == nil {
                let job = try await nextJob()
                run.replay = job.map { ReplayMachine($0, limits: sink.limits, policy: surroundings.policy) }
                run.mayHaveReplay = run.replay != nil
            }
            while let after = run.replay?.readAfter {
                let page = try await surroundings.feed.changes(after: after, limit: pageLimit, maxBytes: pageBytes)
                run.replay?.admit(page, takes: filter.takes(page))
                run.isReplaySaved = false
                if Task.isCancelled { return }
            }
        } catch {
            log.warning("the replay to sink \(sink.name) waits: \(error)")
            return
        }
        guard let changes = run.replay?.next(at: now) else {
            if run.replay?.job.isDone == true { mailbox.post(.replay) }
            return
        }
        requests.start(Self.replayRequest) { [mailbox, sink] in
            let outcome = await sink.deliver(changes)
            mailbox.post(.replayed(changes.count, outcome))
        }
    }

    /// Notes that something of the gateway itself failed, and waits; false when the task is cancelled meanwhile.
    func wait(after reason: String) async -> Bool {
        guard !Task.isCancelled else { return false }
        let outage = trouble.withLock { trouble in
            trouble.fail(DeliveryFailure(reason), at: now, policy: surroundings.policy, fraction: surroundings.random())
            return trouble.outage
        }
        guard let outage else { return true }
        log.log(level: outage.failures == 1 ? .warning : .debug, "sink \(sink.name): \(reason); failures in a row: \(outage.failures)")
        do {
            try await surroundings.clock.sleep(for: .milliseconds(max(0, outage.next.milliseconds - now.milliseconds)))
            return true
        } catch {
            return false
        }
    }

    func noteRecovery() {
        guard let outage = trouble.withLock({ $0.succeed() }) else { return }
        log.notice("sink \(sink.name) goes on after \(outage.failures) failures since \(outage.since.rfc3339)")
    }

    /// Shows what an earlier run or configuration delivered last, and its newest replay that is done.
    func show(lastDelivered time: Timestamp?, lastReplay: ReplayJob?) {
        shown.withLock { ($0.lastDeliveredTime, $0.lastReplay) = (time, lastReplay) }
    }

    /// Shows where the sink stands.
    private func show(_ run: PumpRun) {
        let now = now
        shown.withLock { status in
            status.position = run.machine.position
            status.retrying = UInt64(run.machine.open.count(.retrying))
            status.held = UInt64(run.machine.open.count(.held))
            status.again = UInt64(run.machine.open.count(.again))
            status.dead = run.machine.dead
            status.state =
                switch run.machine.shownCondition(at: now) {
                case .failing(let outage): .retrying(outage)
                case .paused(let outage): .paused(outage)
                case .healthy: run.machine.hasRequests ? .delivering : .idle
                }
            status.replay = run.replay?.job
            status.isFull = run.machine.open.count >= surroundings.policy.openItemsMax
        }
    }

    private func note(_ outcome: DeliveryOutcome, at now: Timestamp) {
        let failure = outcome.failure
        let status = failure?.status ?? outcome.receipt.status
        let concern = sink.concern
        shown.withLock { shown in
            shown.lastAnswer = SinkStatus.Answer(time: now, status: status, text: failure?.reason ?? concern ?? "delivered")
            if outcome.hasDelivered { shown.lastDeliveredTime = now }
            if shown.concern?.reason != concern { shown.concern = concern.map { SinkStatus.Concern(since: now, reason: $0) } }
        }
        tell(concern)
    }

    /// Says once what is wrong although changes are delivered.
    private func tell(_ concern: String?) {
        let isNew = lastConcern.withLock { last in
            defer { last = concern }
            return last != concern
        }
        guard isNew, let concern else { return }
        log.warning("sink \(sink.name): \(concern)")
        notify(.sinkConcern(sink.name, reason: concern))
    }

    /// Tells the journal, once an hour at most: a sink that comes and goes, or says something else each time, is spoken of no more often; the next notice says
    /// how many it stands for.
    private func notify(_ notice: GatewayNotice) {
        let now = now
        if let due = notices.withLock({ $0.admit(notice, at: now.milliseconds) }) { surroundings.notify(due) }
    }

    private func tell(_ events: [SinkEvent]) {
        for event in events {
            switch event {
            case .fails(let failure): log.warning("sink \(sink.name): \(failure.reason); it is tried again")
            case .paused(let failure):
                log.error("sink \(sink.name) is paused: \(failure.reason)")
                notify(.sinkPaused(sink.name, reason: failure.reason))
            case .recovered(let outage): log.notice("sink \(sink.name) goes on after \(outage.failures) failures since \(outage.since.rfc3339)")
            case .died(let item, let words): log.warning("change \(item.changeID) is a dead letter of sink \(sink.name): \(words)")
            case .expired(let count): log.warning("\(count) changes are no longer kept and were never delivered to sink \(sink.name)")
            }
        }
    }
}
