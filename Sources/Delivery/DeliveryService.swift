import FindingModel
import Logging
import State
import Synchronization

/// Delivers the changes to all sinks, each at its own pace.
package final class DeliveryService: Sendable {
    /// A configured sink and where it begins when it is new.
    package struct Assignment: Sendable {
        package let sink: any EventSink
        package let start: StartPoint

        package init(_ sink: any EventSink, from start: StartPoint) {
            self.sink = sink
            self.start = start
        }
    }

    private struct State {
        var pumps: [Pump]
        /// What runs each pump, by its sink's name; also those of sinks that are no longer there and end their last request.
        var tasks: [String: Task<Void, Never>] = [:]
        /// Pumps of an earlier configuration.
        var leaving: [Pump] = []
        var phase = Phase.new
    }

    private enum Phase { case new, started, stopped }

    private let feed: any ChangeFeed
    private let ledger: Ledger
    private let surroundings: PumpSurroundings
    private let state: Mutex<State>

    /// Why nothing at all is delivered, while ledger.db is damaged or cannot be opened.
    package var damage: LedgerError? { ledger.damage }
    /// Whether that is so, as far as anything was read or written; looks at no file.
    package var isStopped: Bool { ledger.isClosedForDamage }

    /// Makes a pump for each sink; nothing is delivered before `start`.
    ///
    /// `random` gives fractions from 0 up to 1. The ledger stays the caller's to close, after `stop`. `notify` is told what the gateway has to say.
    package init(
        feed: any ChangeFeed, ledger: Ledger, sinks: [Assignment], routes: [Route], policy: DeliveryPolicy = DeliveryPolicy(),
        clock: any DeliveryClock = SystemClock(), random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) },
        gatherMilliseconds: Int64 = 0, log: Logger = Logger(label: "weir.delivery"), notify: @escaping @Sendable (GatewayNotice) -> Void = { _ in }
    ) {
        self.feed = feed
        self.ledger = ledger
        surroundings = PumpSurroundings(
            feed: feed, ledger: ledger, clock: clock, policy: policy, random: random, gatherMilliseconds: gatherMilliseconds, log: log, notify: notify)
        state = Mutex(State(pumps: Self.pumps(sinks, routes, surroundings)))
    }

    private static func pumps(_ sinks: [Assignment], _ routes: [Route], _ surroundings: PumpSurroundings) -> [Pump] {
        sinks.map { assignment in
            let filter = SinkFilter(routes: routes, sink: assignment.sink.name)
            return Pump(sink: assignment.sink, filter: filter, start: assignment.start, surroundings: surroundings)
        }
    }

    /// The pumps in force, in the order of the configuration.
    private var pumps: [Pump] { state.withLock { $0.pumps } }

    /// Begins to deliver; what fails from now on is the affair of each sink's state and is tried again.
    package func start() {
        state.withLock { state in
            guard case .new = state.phase else { return }
            state.phase = .started
            for pump in state.pumps { state.tasks[pump.sink.name] = Self.task(pump, after: nil) }
        }
    }

    /// Puts other sinks and routes in force.
    ///
    /// Each sink ends the request under way, as long as that takes, and holds up no other; then the new one of its name goes on from its cursor.
    package func reconfigure(sinks: [Assignment], routes: [Route]) {
        let pumps = Self.pumps(sinks, routes, surroundings)
        state.withLock { state in
            switch state.phase {
            case .new: state.pumps = pumps
            case .stopped: break
            case .started:
                for task in state.tasks.values { task.cancel() }
                state.leaving = state.leaving.filter { !$0.isStopped } + state.pumps
                for pump in pumps { state.tasks[pump.sink.name] = Self.task(pump, after: state.tasks[pump.sink.name]) }
                state.pumps = pumps
            }
        }
    }

    /// Runs a pump, once the one that its sink had before has ended.
    private static func task(_ pump: Pump, after previous: Task<Void, Never>?) -> Task<Void, Never> {
        Task(executorPreference: DeliveryExecutor.shared) {
            await previous?.value
            await pump.run()
            await pump.sink.close()
        }
    }

    /// Begins no further request, waits up to `grace` for those under way, cuts off the rest, writes the positions down and closes
    /// the sinks.
    package func stop(within grace: Duration) async {
        let (tasks, pumps, started) = state.withLock { state in
            defer { (state.tasks, state.phase) = ([:], .stopped) }
            return (Array(state.tasks.values), state.leaving + state.pumps, !state.tasks.isEmpty)
        }
        for task in tasks { task.cancel() }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [clock = surroundings.clock] in
                guard (try? await clock.sleep(for: grace)) != nil else { return }
                for pump in pumps { pump.abandon() }
            }
            for task in tasks { await task.value }
            group.cancelAll()
        }
        if !started { for pump in pumps { await pump.sink.close() } }
    }

    /// Returns once no request is under way that began before words were last taken out of the changes; false when that takes longer than `limit`.
    package func beginsAnew(within limit: Duration) async -> Bool {
        let epoch = feed.epoch, end = ContinuousClock.now + limit
        while true {
            let pumps: [Pump] = state.withLock { state in
                guard case .started = state.phase else { return [] }
                return state.leaving + state.pumps
            }
            if pumps.allSatisfy({ $0.hasBegun(epoch) }) { return true }
            guard ContinuousClock.now < end, (try? await Task.sleep(for: .milliseconds(10))) != nil else { return false }
        }
    }

    /// The sinks in the order of the configuration.
    package func statuses() async -> [SinkStatus] {
        let last = try? await feed.lastSequence()
        let replays = (try? await ledger.openReplays()) ?? []
        return pumps.map { pump in
            var status = pump.status(last: last)
            status.queued = replays.filter { $0.sink == status.name && $0.id != status.replay?.id }
            return status
        }
    }
}

extension DeliveryService {
    /// Has dead letters of a sink tried again, or given up; `changes` are ids of changes or uids of records, none for all.
    ///
    /// - Returns: for how many it was done; nothing when there is no such sink.
    package func settle(_ settlement: DeadLetterSettlement, sink: String, changes: [String]) async throws(LedgerError) -> Int? {
        guard let pump = pumps.first(where: { $0.sink.name == sink }) else {
            // One that has left the configuration has its letters in the ledger alone.
            return try await DeadLetterSettlement.offline(settlement, ledger, sink: sink, changes: changes, now: surroundings.clock.now)
        }
        return try await DeadLetterSettlement.all(ledger, sink: sink, changes: changes) { await pump.carryOut(settlement, $0) }
    }

    /// What a replay would send, `isMade` or only looked at; nothing when there is no such sink. One that is to be made and would send what another one
    /// that is not done sends is not made.
    package func replay(_ wish: ReplayWish, isMade: Bool) async throws -> ReplayAnswer? {
        guard let pump = pumps.first(where: { $0.sink.name == wish.sink }) else { return nil }
        let first = try await feed.firstSequence(from: wish.from)
        let end = if let to = wish.to { try await feed.lastSequence(before: to) } else { try await feed.lastSequence() }
        var job = ReplayJob(
            sink: wish.sink, first: max(first, 1), last: end, types: wish.types, rate: wish.rate, created: surroundings.clock.now, who: wish.who)
        (job.from, job.to) = (wish.from, wish.to)
        job.anchor = try await changeID(at: job.cursor)
        job.lastChange = try await changeID(at: end)
        job.wanted = try await pump.count(job)
        guard isMade, job.wanted ?? 0 > 0 else { return ReplayAnswer(job: job) }
        if let same = try await ledger.insert(job) { return ReplayAnswer(job: same, isRepeated: true) }
        pump.beginReplay()
        return ReplayAnswer(job: job)
    }

    /// Ends the replays of a sink that are not done; what is under way comes to its end.
    ///
    /// - Returns: those; nothing when there is no such sink.
    package func cancelReplays(sink: String) async throws(LedgerError) -> [ReplayJob]? {
        let pump = pumps.first { $0.sink.name == sink }
        if pump == nil, try await ledger.position(of: sink) == nil { return nil }
        let jobs = try await ledger.cancelReplays(of: sink, at: surroundings.clock.now)
        pump?.cancelReplays(jobs)
        return jobs
    }

    /// What a sink that has left the configuration has still to do, given up where `isMade`, or only looked at.
    package func forget(sink: String, isMade: Bool, andTickets: Bool = false) async throws -> Forgetting {
        let (configured, isLeaving) = state.withLock { state in
            (state.pumps.contains { $0.sink.name == sink }, state.leaving.contains { $0.sink.name == sink && !$0.isStopped })
        }
        if configured { return .isConfigured }
        if isLeaving { return .isLeaving }
        return try await Forgetting.run(
            ledger, sink: sink, last: try? await feed.lastSequence(), isMade: isMade, andTickets: andTickets, now: surroundings.clock.now)
    }

    private func changeID(at sequence: UInt64) async throws -> String? {
        guard sequence > 0, let change = try await feed.changes(after: sequence - 1, limit: 1, maxBytes: 1).first else { return nil }
        return change.sequence == sequence ? change.id : nil
    }

    /// Hands something marked as a test to a sink, beside everything else that it gets, and returns what the sink says; nothing when there is no such sink.
    package func test(sink: String) async -> DeliveryOutcome? {
        guard let pump = pumps.first(where: { $0.sink.name == sink }) else { return nil }
        let outcome = await pump.sink.test(at: surroundings.clock.now)
        // Who has mended something need not wait for the next probe.
        if outcome.failure == nil { pump.hurry() }
        return outcome
    }
}
