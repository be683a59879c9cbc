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
        case replayed(ReplayEnd)
        /// A replay was entered into the ledger.
        case replay
        /// Replays of these numbers in the ledger were cancelled there.
        case cancelled(Set<Int64>)
        /// The sink took a test.
        case hurry
        case command(PumpCommand)
    }

    let sink: any EventSink
    let surroundings: PumpSurroundings
    let start: StartPoint
    let log: Logger
    let filter: SinkFilter
    let mailbox = Mailbox<Message>()
    let requests = RequestTasks()
    let shown: Mutex<SinkStatus>
    /// What fails of the gateway itself, apart from what the sink does.
    let trouble = Mutex(SinkHealth())
    /// What the journal heard of this sink.
    let notices = Mutex(NoticeLimit())
    /// What the sink last said about deliveries that reach some and not others.
    let lastConcern = Mutex<String?>(nil)
    /// Which making of the row of changes it works by.
    private let epoch = Mutex<UInt64?>(nil)
    /// Least milliseconds between two batches.
    private let gatherMilliseconds: Int64

    /// Changes and bytes read at a time.
    let pageLimit: Int
    let pageBytes: Int

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
            epoch.withLock { $0 = run.epoch }
            await carry(&run)
            await requests.wait()
            take(mailbox.take(), &run)
            tellDeaths(&run)
            // What the sink said may quote what was erased meanwhile.
            let keepsWords = stands(run)
            var isWritten = await write(&run, withWords: keepsWords)
            if isWritten, !run.commands.isEmpty {
                await settle(&run)
                isWritten = await write(&run, withWords: keepsWords)
            }
            if !keepsWords { run.replay?.forgetWords() }
            await leaveReplay(&run)
            show(run)
            reply(&run, isWritten: isWritten)
            if !Task.isCancelled { shown.withLock { ($0.lastAnswer, $0.concern) = (nil, nil) } }
        }
        for message in mailbox.close() { if case .command(let command) = message { command.reply.resume(returning: 0) } }
        shown.withLock { $0.state = .stopped }
    }

    /// Whether it found its place before.
    var hasBegun: Bool { epoch.withLock { $0 != nil } }

    /// Whether nothing is under way that began before the changes' epoch `epoch`.
    func hasBegun(_ epoch: UInt64) -> Bool { isStopped || self.epoch.withLock { $0.map { $0 >= epoch } ?? false } }

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

    /// How many changes of a replay's stretch, from its cursor on, it sends, but for those called `others`.
    func count(_ job: ReplayJob, but others: Set<String> = []) async throws -> UInt64 {
        var (count, after) = (UInt64(0), job.cursor)
        while after < job.last {
            let page = try await surroundings.feed.changes(after: after, limit: 1000, maxBytes: 1 << 20)
            guard let last = page.last else { break }
            for (change, isTaken) in zip(page, try await takes(page, of: job)) where isTaken && !others.contains(change.id) { count += 1 }
            after = last.sequence
        }
        return count
    }

    /// Says that the ledger holds a replay for this sink.
    func beginReplay() { mailbox.post(.replay) }

    /// Says that the ledger no longer wants these replays.
    func cancelReplays(_ jobs: [ReplayJob]) {
        mailbox.post(.cancelled(Set(jobs.map(\.id))))
        // What waits behind them in the ledger is next.
        mailbox.post(.replay)
    }

    /// Does what a person asks for and returns for how many changes it was done; 0 when the pump has stopped.
    func carryOut(_ settlement: DeadLetterSettlement, _ letters: [OpenItem]) async -> Int {
        await withCheckedContinuation { reply in
            let command = PumpCommand(settlement: settlement, letters: letters, reply: reply)
            if !mailbox.post(.command(command)) { reply.resume(returning: 0) }
        }
    }

    private func carry(_ run: inout PumpRun) async {
        while !Task.isCancelled, stands(run) {
            take(mailbox.take(), &run)
            if !run.commands.isEmpty {
                guard await write(&run) else { return }
                await settle(&run)
            }
            if run.mustWrite(at: now) { guard await write(&run) else { return } }
            if !run.replies.isEmpty { reply(&run, isWritten: true) }
            guard await read(&run) else { return }
            // What the sink has of a record is in the ledger before it is told anything else.
            if await isReplayWritten(&run) {
                if run.replay?.isUnderWay != true { startRequests(&run) }
                await replay(&run)
            }
            show(run)
            if run.mustWrite(at: now) { continue }
            if run.readAfter != nil { continue }
            tellDeaths(&run)
            await wait(&run)
        }
    }

    /// Reads as far as the next request needs; false when the task was cancelled.
    private func read(_ run: inout PumpRun) async -> Bool {
        while let after = run.readAfter {
            guard let page = await readPage(after: after, run) else { return false }
            let isLast = page.count < pageLimit && page.reduce(0) { $0 + $1.data.bytes.count } < pageBytes
            run.admit(page, takes: filter.takes(page), isLast: isLast)
            tell(run.machine.takeEvents())
            if run.mustWrite(at: now) { return true }
        }
        return true
    }

    private func reply(_ run: inout PumpRun, isWritten: Bool) {
        for (reply, count) in run.replies { reply.resume(returning: isWritten ? count : 0) }
        for command in run.commands { command.reply.resume(returning: 0) }
        (run.replies, run.commands) = ([], [])
    }

    /// Does what people asked for; what the sink took before is written down by now.
    private func settle(_ run: inout PumpRun) async {
        let commands = run.commands
        run.commands = []
        for command in commands {
            do {
                // Whoever asked gets an answer although the pump may be about to end.
                let letters = command.settlement == .retry ? command.letters : []
                let overtaken = try await Task { try await self.overtaken(letters) }.value
                run.replies.append((command.reply, command.settlement.carryOut(&run.machine, command.letters, overtaken: overtaken, at: now)))
            } catch {
                log.warning("nothing is done about dead letters of sink \(sink.name): \(error)")
                command.reply.resume(returning: 0)
            }
        }
    }

    private func startRequests(_ run: inout PumpRun) {
        let now = now
        while let request = run.next(at: now, gatherMilliseconds: gatherMilliseconds) {
            let call = RequestRun(sink: sink, feed: surroundings.feed, states: states)
            requests.start(request.id) { [mailbox] in
                let end = await call.run(request)
                mailbox.post(.ended(request.id, end))
            }
        }
    }

    /// Takes in what has happened meanwhile.
    private func take(_ messages: [Message], _ run: inout PumpRun) {
        for message in messages {
            switch message {
            case .ended(let id, let end):
                requests.end(id)
                let now = now
                note(end.outcome, at: now)
                run.end(id, end, at: now, fraction: surroundings.random())
                run.replay?.witness(end.outcome.works, at: now)
            case .replayed(let end):
                requests.end(Self.replayRequest)
                let now = now
                note(end.outcome, at: now)
                self.end(end, &run, at: now)
            case .replay: run.mayHaveReplay = true
            case .cancelled(let jobs): if let job = run.replay?.job, jobs.contains(job.id) { run.replay?.cancel(at: now) }
            case .hurry:
                run.machine.hurry(at: now)
                run.replay?.witness(SinkWork.ofTests, at: now)
            case .command(let command): run.commands.append(command)
            }
        }
        tell(run.machine.takeEvents())
    }

    /// Returns when there is something to do.
    private func wait(_ run: inout PumpRun) async {
        enum Reason { case mail, changes, time }
        let (feed, clock, mailbox, epoch) = (surroundings.feed, surroundings.clock, mailbox, run.epoch)
        let now = now
        // Who wants none is woken all the same when the row of changes is another one.
        let after = run.awaitsAfter ?? .max
        var wake = run.wake(at: now, gatherMilliseconds: gatherMilliseconds)
        if isCalm(run), let next = run.replay?.wake { wake = min(wake ?? next, next) }
        let due = wake
        let reason = await withTaskGroup(of: Reason.self) { group in
            group.addTask {
                await mailbox.wait()
                return .mail
            }
            group.addTask {
                await feed.waitForChange(after: after, in: epoch)
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
        run.waited(hasChanges: reason == .changes)
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

    /// Writes down what the machine decided; tries until it succeeds, once more when cancelled. False as well where the ledger says something else than the
    /// sink went on from, as one that was put back does: then it begins anew from what that says.
    private func write(_ run: inout PumpRun, withWords: Bool = true) async -> Bool {
        guard let taken = run.machine.takeWrite() else { return true }
        let write = withWords ? taken : taken.withoutWords
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
                if error.code == .conflict, !Task.isCancelled {
                    log.warning("sink \(sink.name) begins anew from what the ledger says, and may repeat its last changes: \(error)")
                    return false
                }
                guard !Task.isCancelled, await wait(after: "the ledger cannot be written: \(error)") else {
                    log.error("the position of sink \(sink.name) was not written down, so its last changes will be sent again: \(error)")
                    return false
                }
                try? await ledger.reopen(since: generation)
            }
        }
    }
}
