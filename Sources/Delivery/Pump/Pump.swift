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

    /// Changes and bytes read at a time.
    private let pageLimit: Int
    private let pageBytes: Int

    init(sink: any EventSink, filter: SinkFilter, start: StartPoint, surroundings: PumpSurroundings) {
        self.sink = sink
        self.filter = filter
        self.start = start
        self.surroundings = surroundings
        shown = Mutex(SinkStatus(name: sink.name, type: sink.type))
        pageLimit = min(max(sink.limits.count, 256), 10_000)
        pageBytes = max(sink.limits.bytes, 1 << 20)
        var log = surroundings.log
        log[metadataKey: "sink"] = "\(sink.name)"
        self.log = log
    }

    var now: Timestamp { surroundings.clock.now }

    /// Works until the task is cancelled; then the requests under way are waited for and everything is written down.
    func run() async {
        if var run = await begin() {
            await carry(&run)
            await requests.wait()
            take(mailbox.take(), &run)
            let isWritten = await write(&run)
            show(run)
            reply(&run, isWritten: isWritten)
        }
        for message in mailbox.close() { if case .command(let command) = message { command.reply.resume(returning: 0) } }
        shown.withLock { $0.state = .stopped }
    }

    /// Cuts the requests under way off.
    func abandon() { requests.abandon() }

    func status(last: UInt64?) -> SinkStatus {
        var status = shown.withLock { $0 }
        status.last = last
        if status.state != .stopped, let outage = trouble.withLock({ $0.outage }) { status.state = .retrying(outage) }
        return status
    }

    /// Does what a person asks for and returns for how many changes it was done; 0 when the pump has stopped.
    func carryOut(_ settlement: DeadLetterSettlement, _ letters: [OpenItem]) async -> Int {
        await withCheckedContinuation { reply in
            if !mailbox.post(.command(PumpCommand(settlement: settlement, letters: letters, reply: reply))) { reply.resume(returning: 0) }
        }
    }

    private func carry(_ run: inout PumpRun) async {
        while !Task.isCancelled {
            take(mailbox.take(), &run)
            if run.mustWrite(at: now) { guard await write(&run) else { return } }
            if !run.replies.isEmpty { reply(&run, isWritten: true) }
            guard await read(&run) else { return }
            startRequests(&run)
            show(run)
            if run.mustWrite(at: now) { continue }
            if run.machine.wantsChanges, !run.isAtEnd, run.pages < PumpRun.pagesPerRequestMax { continue }
            await wait(&run)
        }
    }

    /// Reads as far as the next request needs; false when the task was cancelled.
    private func read(_ run: inout PumpRun) async -> Bool {
        while run.machine.wantsChanges, !run.isAtEnd, run.pages < PumpRun.pagesPerRequestMax {
            guard let page = await readPage(after: run.machine.readThrough) else { return false }
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
        while let request = run.machine.next(at: now, whole: run.isWhole(at: now, gatherMilliseconds: surroundings.gatherMilliseconds)) {
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
            case .command(let command):
                run.replies.append((command.reply, command.settlement.carryOut(&run.machine, command.letters, at: now)))
            }
        }
        tell(run.machine.takeEvents())
    }

    /// Returns when there is something to do.
    private func wait(_ run: inout PumpRun) async {
        enum Reason { case mail, changes, time }
        let (feed, clock, mailbox) = (surroundings.feed, surroundings.clock, mailbox)
        let now = now
        let after = run.machine.wantsChanges && run.isAtEnd ? run.machine.readThrough : nil
        let wake = run.wake(at: now, gatherMilliseconds: surroundings.gatherMilliseconds)
        let reason = await withTaskGroup(of: Reason.self) { group in
            group.addTask {
                await mailbox.wait()
                return .mail
            }
            if let after {
                group.addTask {
                    await feed.waitForChange(after: after)
                    return .changes
                }
            }
            if let wake {
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

    /// The changes after `sequence`; nothing when the task was cancelled.
    private func readPage(after sequence: UInt64) async -> [Change]? {
        while !Task.isCancelled {
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

    /// Shows where the sink stands.
    private func show(_ run: PumpRun) {
        shown.withLock { status in
            status.position = run.machine.position
            status.retrying = UInt64(run.machine.open.count(.retrying))
            status.held = UInt64(run.machine.open.count(.held))
            status.again = UInt64(run.machine.open.count(.again))
            status.dead = run.machine.dead
            status.state =
                switch run.machine.health.condition {
                case .failing(let outage): .retrying(outage)
                case .paused(let outage): .paused(outage)
                case .healthy: run.machine.hasRequests ? .delivering : .idle
                }
        }
    }

    private func note(_ outcome: DeliveryOutcome, at now: Timestamp) {
        let failure = outcome.failure
        let status = failure?.status ?? outcome.receipt.status
        shown.withLock { shown in
            shown.lastAnswer = SinkStatus.Answer(time: now, status: status, text: failure?.reason ?? "delivered")
            if outcome.hasDelivered { shown.lastDeliveredTime = now }
        }
    }

    private func tell(_ events: [SinkEvent]) {
        for event in events {
            switch event {
            case .fails(let failure): log.warning("sink \(sink.name): \(failure.reason); it is tried again")
            case .paused(let failure):
                log.error("sink \(sink.name) is paused: \(failure.reason)")
                surroundings.notify(.sinkPaused(sink.name, reason: failure.reason))
            case .recovered(let outage): log.notice("sink \(sink.name) goes on after \(outage.failures) failures since \(outage.since.rfc3339)")
            case .died(let item, let words): log.warning("change \(item.changeID) is a dead letter of sink \(sink.name): \(words)")
            case .expired(let count): log.warning("\(count) changes are no longer kept and were never delivered to sink \(sink.name)")
            }
        }
    }
}
