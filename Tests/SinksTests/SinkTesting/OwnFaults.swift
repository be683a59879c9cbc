import Delivery
import FindingModel
import Logging
import State
import Synchronization
import Testing

/// What fails is the sink, or one change: no change stands in the way of others, and no outage, whole or partial, makes a dead letter.
struct OwnFaults: Sendable {
    /// Asks for a plan, or for none from now on.
    let meet: @Sendable (FaultPlan?) -> Void
    /// The ids of the changes that the system has, in order.
    let received: @Sendable () throws -> [String]
    let makeSink: @Sendable (Ledger, any ChangeFeed, any DeliveryClock) throws -> any EventSink
    /// The change for a number; those of one record must arrive in order.
    let change: @Sendable (UInt64) -> Change
    /// Whether the system can tell which change a request is about; otherwise there are outages only.
    var knowsChanges = true

    private struct Running {
        let service: DeliveryService
        let sink: RecordingSink
        let ledger: Ledger
        let clock: JumpingClock
        /// What the system had before.
        let before: Int
    }

    private func run(_ changes: [Change], _ plan: FaultPlan, _ body: (Running) async throws -> Void) async throws {
        let folder = try TemporaryFolder()
        let ledger = try Ledger(path: folder.path + "/ledger.db")
        let clock = JumpingClock()
        let feed = ArrivingFeed(changes, clock)
        let sink = RecordingSink(try makeSink(ledger, feed, clock), clock: clock)
        let service = DeliveryService(
            feed: feed, ledger: ledger, sinks: [.init(sink, from: .beginning)], routes: [Route(to: [sink.name])], clock: clock,
            log: Logger(label: "tests", factory: { _ in SwiftLogNoOpLogHandler() }))
        meet(plan)
        let running = Running(service: service, sink: sink, ledger: ledger, clock: clock, before: try received().count)
        service.start()
        try await body(running)
        meet(nil)
        await service.stop(within: .seconds(5))
        await ledger.close()
    }

    /// 1,000 changes, ten of which always fail, each in its way: the others arrive in order, each within a minute of the one at fault before it, unless
    /// the system is out in between; the ten are dead letters, or rows.
    func tellsOneChangesFaultFromTheSinks(_ seed: UInt64, isOut: Bool) async throws {
        let first = 100_000 + seed * 1000
        let changes = (first...(first + 999)).map(change)
        let faulty = knowsChanges ? changes.filter { FaultPlan.way(of: $0.id) != nil } : []
        let good = changes.filter { change in !faulty.contains { $0.id == change.id } }
        try await run(changes, FaultPlan(seed: seed, .poisons(isOut: isOut))) { running in
            let (service, sink, ledger, before) = (running.service, running.sink, running.ledger, running.before)
            let wanted = Set(good.map(\.id))
            try await eventually(within: 90) {
                let arrived = try received().dropFirst(before)
                guard arrived.count >= good.count, wanted.isSubset(of: arrived) else { return false }
                let status = await service.statuses()[0]
                // What the system has may still be a row until its answer has been read.
                return status.position.cursor == first + 999 && status.dead + status.retrying + status.again + status.held == UInt64(faulty.count)
            }
            let arrived = try received().dropFirst(before)
            #expect(Set(arrived) == wanted)
            expectOrder(arrived, good)
            if !isOut { expectPromptness(sink.attempts, faulty, good) }
            let letters = try await ledger.letters(sink: sink.name, limit: 100)
            #expect(Set(letters.map(\.item.changeID)).isSubset(of: faulty.map(\.id)) && letters.allSatisfy { $0.words?.isEmpty == false })
        }
    }

    /// Every other request fails for a day, as if one of two machines were broken: no change is the reason.
    func makesNoDeadLetterOfACoin(_ seed: UInt64) async throws {
        let first = 200_000 + seed * 1000
        let start = JumpingClock().now
        let changes = (first...(first + 299)).map { number in
            var change = change(number)
            // Most are there at once, the others come in over the day.
            change.receivedTime = start.advanced(byMilliseconds: number < first + 150 ? -1 : Int64(number - first - 149) * 576_000)
            return change
        }
        let ways: [PeerFault] = [.forbidden, .denied, .missing, .broken, .reset]
        try await run(changes, FaultPlan(seed: seed, .coin(ways))) { running in
            let (service, ledger, clock, before) = (running.service, running.ledger, running.clock, running.before)
            // When the last one comes in, a day has gone by; after that the clock may stand.
            await eventually(within: 120) { [last = changes.last?.receivedTime] in clock.now >= last ?? start }
            #expect(try await ledger.letters(sink: nil, limit: 10).isEmpty)
            meet(nil)
            await eventually(within: 60) { await service.statuses()[0].position.delivered == 300 }
            let status = await service.statuses()[0], arrived = Set(try received().dropFirst(before)).count
            #expect(arrived == 300 && status.position.delivered == 300, "\(status)")
            #expect(try await ledger.letters(sink: nil, limit: 10).isEmpty)
        }
    }

    /// Of each record, what arrived first arrived in the order of the changes.
    private func expectOrder(_ arrived: some Sequence<String>, _ good: [Change]) {
        let sequences = Dictionary(uniqueKeysWithValues: good.map { ($0.id, $0) })
        var last: [String: UInt64] = [:]
        var seen: Set<String> = []
        for id in arrived where seen.insert(id).inserted {
            guard let change = sequences[id] else { continue }
            #expect(last[change.subject] ?? 0 < change.sequence, "\(change.subject): \(change.sequence)")
            last[change.subject] = change.sequence
        }
    }

    private func expectPromptness(_ attempts: [RecordingSink.Attempt], _ faulty: [Change], _ good: [Change]) {
        var firsts: [UInt64: Timestamp] = [:], ends: [UInt64: Timestamp] = [:]
        for attempt in attempts {
            for sequence in attempt.sequences where firsts[sequence] == nil { firsts[sequence] = attempt.time }
            for sequence in attempt.taken where ends[sequence] == nil { ends[sequence] = attempt.time }
        }
        for change in good {
            guard let poison = faulty.last(where: { $0.sequence < change.sequence }), let begin = firsts[poison.sequence], let end = ends[change.sequence]
            else {
                continue
            }
            let seconds = (end.milliseconds - begin.milliseconds) / 1000
            #expect(seconds <= 60, "\(change.sequence) left \(seconds) s after \(poison.sequence) failed")
        }
    }
}

/// Changes that are there from their time of receipt on.
private final class ArrivingFeed: ChangeFeed {
    private let list: ListFeed
    private let changes: [Change]
    private let clock: any DeliveryClock

    init(_ changes: [Change], _ clock: any DeliveryClock) {
        self.changes = changes
        self.clock = clock
        list = ListFeed(changes)
    }

    func changes(after sequence: UInt64, limit: Int, maxBytes: Int) async throws -> [Change] {
        let now = clock.now
        return try await list.changes(after: sequence, limit: limit, maxBytes: maxBytes).filter { $0.receivedTime <= now }
    }

    func lastSequence() async throws -> UInt64 { try await list.lastSequence() }
    func firstSequence(from beginning: ReceiptBound) async throws -> UInt64 { try await list.firstSequence(from: beginning) }
    func lastSequence(before end: ReceiptBound) async throws -> UInt64 { try await list.lastSequence(before: end) }
    func isCaughtUp() async throws -> Bool { true }
    func place(of id: String) async throws -> ChangePlace { try await list.place(of: id) }
    func newestChange(of uid: String) async throws -> Change? { try await list.newestChange(of: uid) }

    func waitForChange(after sequence: UInt64) async {
        guard let next = changes.first(where: { $0.sequence > sequence }) else { return await list.waitForChange(after: sequence) }
        try? await clock.sleep(for: .milliseconds(max(1, next.receivedTime.milliseconds - clock.now.milliseconds)))
    }
}
