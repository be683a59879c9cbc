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

    private let pumps: [Pump]
    private let feed: any ChangeFeed
    private let ledger: Ledger
    private let clock: any DeliveryClock
    private let tasks = Mutex<[Task<Void, Never>]>([])

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
        self.clock = clock
        let surroundings = PumpSurroundings(
            feed: feed, ledger: ledger, clock: clock, policy: policy, random: random, gatherMilliseconds: gatherMilliseconds, log: log, notify: notify)
        pumps = sinks.map { assignment in
            let filter = SinkFilter(routes: routes, sink: assignment.sink.name)
            return Pump(sink: assignment.sink, filter: filter, start: assignment.start, surroundings: surroundings)
        }
    }

    /// Begins to deliver; what fails from now on is the affair of each sink's state and is tried again.
    package func start() {
        tasks.withLock { tasks in
            guard tasks.isEmpty else { return }
            tasks = pumps.map { pump in Task(executorPreference: DeliveryExecutor.shared) { await pump.run() } }
        }
    }

    /// Begins no further request, waits up to `grace` for those under way, cuts off the rest, writes the positions down and closes
    /// the sinks.
    package func stop(within grace: Duration) async {
        let running = tasks.withLock { tasks in
            defer { tasks = [] }
            return tasks
        }
        for task in running { task.cancel() }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [clock, pumps] in
                guard (try? await clock.sleep(for: grace)) != nil else { return }
                for pump in pumps { pump.abandon() }
            }
            for task in running { await task.value }
            group.cancelAll()
        }
        for pump in pumps { await pump.sink.close() }
    }

    /// The sinks in the order of the configuration.
    package func statuses() async -> [SinkStatus] {
        let last = try? await feed.lastSequence()
        return pumps.map { $0.status(last: last) }
    }
}

extension DeliveryService {
    /// Has dead letters of a sink tried again, or given up; `changes` are ids of changes or uids of records, none for all.
    ///
    /// - Returns: for how many it was done; nothing when there is no such sink.
    package func settle(_ settlement: DeadLetterSettlement, sink: String, changes: [String]) async throws(LedgerError) -> Int? {
        guard let pump = pumps.first(where: { $0.sink.name == sink }) else { return nil }
        return try await DeadLetterSettlement.all(ledger, sink: sink, changes: changes) { await pump.carryOut(settlement, $0) }
    }

    /// Hands something marked as a test to a sink, beside everything else that it gets, and returns what the sink says; nothing when there is no such sink.
    package func test(sink: String) async -> DeliveryOutcome? {
        guard let pump = pumps.first(where: { $0.sink.name == sink }) else { return nil }
        return await pump.sink.test(at: clock.now)
    }
}
