import FindingModel
import State
import Testing

@testable import Delivery

/// What a replay knows of itself over restarts and reloads.
struct ReplayRestartTests {
    private let folder: TemporaryFolder
    private let feed: MemoryFeed
    private let ledger: Ledger

    /// Thirty changes, of which the 2nd and the 4th are of one record.
    private static let changes = Change.findings(1...30).map { change in
        var change = change
        if [2, 4].contains(change.sequence) { change.subject = "f_same" }
        return change
    }

    init() async throws {
        folder = try TemporaryFolder()
        feed = MemoryFeed(Self.changes)
        ledger = try Ledger(path: folder.path + "/ledger.db")
        try await ledger.insert(SinkPosition(name: "sink", start: 0, cursor: 30, delivered: 30, filtered: 0, expired: 0))
        var job = ReplayJob(sink: "sink", first: 1, last: 30, types: [], rate: nil, created: Timestamp(milliseconds: 1), who: "me")
        job.wanted = 30
        try await ledger.insert(job)
    }

    /// A sink that refuses the second change.
    private static func sink() -> ScriptedSink {
        ScriptedSink(count: 1) { _, batch in batch[0].sequence == 2 ? .pause(DoubtTests.forbidden) : .delivered(status: 200, id: nil) }
    }

    private func service(_ sink: ScriptedSink, _ clock: ManualClock) -> DeliveryService {
        DeliveryService(
            feed: feed, ledger: ledger, sinks: [.init(sink, from: .beginning)], routes: [Route(to: ["sink"])], clock: clock, random: { 0.5 }, log: .silent)
    }

    private var waiting: [OpenItem] { get async { (try? await ledger.nextReplay(of: "sink"))?.open ?? [] } }

    @Test func aChangeBlockedBehindAPoisonOfItsRecordHasNothingSentAgain() async throws {
        let clock = ManualClock()
        var sinks = [Self.sink()]
        var service = service(sinks[0], clock)
        service.start()
        for round in 1...4 {
            // What waits aside is tried once in each round: its tries go on where they were.
            await eventually { await waiting.first?.attempts == round }
            let rows = await waiting
            #expect(rows.map(\.sequence) == [2, 4] && rows.map(\.state) == [.retrying, .held])
            await eventually { (try? await ledger.jobs(limit: 1))?.first.map { $0.cursor == 30 && $0.delivered == 28 } == true }
            sinks.append(Self.sink())
            if round % 2 == 0 {
                service.reconfigure(sinks: [.init(sinks[round], from: .beginning)], routes: [Route(to: ["sink"])])
            } else {
                await service.stop(within: .seconds(5))
                service = self.service(sinks[round], clock)
                service.start()
            }
            clock.advance(by: .seconds(300))
        }
        await eventually { await waiting.first?.attempts == 5 }
        await service.stop(within: .seconds(5))
        #expect(sinks.flatMap(\.taken).sorted() == (1...30).filter { ![2, 4].contains($0) }, "each once, in all the runs together")
        let job = try #require(try await ledger.jobs(limit: 1).first)
        #expect(job.delivered == 28 && job.refused == 0 && job.waiting == 2 && job.total == 30)
        await ledger.close()
    }

    /// Any answers, and a restart at any moment between two requests.
    @Test(arguments: 1...40)
    func everyChangeIsSentOnceOverRestartsAndNeverMoreThanThereAre(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let changes = Change.findings(1...60).map { change in
            var change = change
            change.subject = "f_\(Int.random(in: 0..<40, using: &random))"
            return change
        }
        let limits = SinkLimits(count: Int.random(in: 1...9, using: &random), bytes: 1 << 20)
        var state = ReplayState(
            job: ReplayJob(sink: "s", first: 1, last: 60, types: [], rate: nil, created: Timestamp(milliseconds: 0), who: "me"))
        state.job.wanted = 60
        var rows: [UInt64: OpenItem] = [:], done: [DoneAbove] = [], taken: [UInt64] = [], refused: UInt64 = 0
        var machine = ReplayMachine(state, limits: limits, policy: DeliveryPolicy())
        var now = Timestamp(milliseconds: 1000)
        var tally = RequestTally()
        for _ in 0..<20_000 where !state.job.isDone {
            if let write = machine.pending {
                state.job = write.job
                for (sequence, item) in write.rows { rows[sequence] = item }
                done = (done + write.done).filter { $0.sequence > write.job.cursor }
                machine.noteWritten()
            }
            #expect(state.job.delivered == taken.count && state.job.delivered + state.job.refused + state.job.waiting <= 60, "seed \(seed)")
            if Int.random(in: 0..<12, using: &random) == 0 {
                (state.open, state.done) = (rows.values.sorted { $0.sequence < $1.sequence }, done)
                machine = ReplayMachine(state, limits: limits, policy: DeliveryPolicy())
            }
            if let after = machine.readAfter {
                let page = Array(changes.drop { $0.sequence <= after }.prefix(7))
                machine.admit(page, takes: page.map { _ in true })
                continue
            }
            if let item = machine.missing(at: now) { machine.provide(changes.first { $0.sequence == item.sequence }, for: item) }
            guard let batch = machine.next(at: now)?.map(\.sequence) else {
                now = max(now.advanced(byMilliseconds: 1), machine.wake ?? now)
                continue
            }
            let outcome = MachineDriver.outcome(for: batch, poison: [3, 17, 18], &random)
            switch outcome {
            case .delivered: taken += batch
            case .items(let items, _, _): taken += zip(batch, items).filter { $1.isTaken }.map(\.0)
            default: break
            }
            machine.end(ReplayEnd(outcome), isTrusted: Bool.random(using: &random), tally: &tally, at: now, fraction: 0.5)
            refused = machine.job.refused
        }
        #expect(state.job.isDone && taken.count == Set(taken).count && UInt64(taken.count) + refused == 60, "seed \(seed): \(taken.sorted())")
    }

    /// One change's own failure holds no replay up, whatever the failure is, and a replay tells whose failure it was.
    @Test(arguments: DoubtTests.ways)
    func aReplayGoesOnWhileTheSinksNewestChangeFailsAlone(_ way: DeliveryOutcome) async throws {
        feed.append([Change.finding(31), Change.finding(32, record: "f_31")])
        let sink = ScriptedSink(count: 1) { _, batch in batch[0].sequence == 31 ? way : .delivered(status: 200, id: nil) }
        // Nothing moves this clock: what waits for a time waits for ever.
        let service = service(sink, ManualClock())
        service.start()
        await eventually { (try? await ledger.jobs(limit: 1))?.first?.isDone == true }
        #expect(sink.taken.sorted() == Array(1...30))
        await eventually { await service.statuses()[0].retrying == 1 }
        #expect(try await ledger.state(of: "sink")?.open.map(\.sequence).first == 31)
        await service.stop(within: .seconds(5))
        await ledger.close()
    }

    /// A sink that is down is asked by its own changes; without any, by a replay.
    @Test func aSinkThatIsDownHoldsAReplay() {
        let away = DeliveryFailure("the connection was refused", isOfSink: true)
        for count in [1, 4] {
            var driver = MachineDriver(count: count, Change.findings(1...4))
            _ = driver.begin()
            driver.end(.retry(away))
            #expect(!driver.machine.letsReplaysGo && !driver.machine.health.isHealthy)
        }
        var driver = MachineDriver(count: 1, [Change.finding(1)])
        _ = driver.begin()
        #expect(!driver.machine.letsReplaysGo)
        driver.end(.retry(DoubtTests.broken))
        _ = driver.begin()
        #expect(driver.machine.letsReplaysGo && !driver.machine.health.isHealthy)
        driver.machine.witness([], at: driver.now)
        #expect(!driver.machine.health.isHealthy, "where nobody was asked, nothing is known")
        driver.machine.witness([.event], at: driver.now)
        #expect(driver.machine.health.isHealthy && driver.machine.open.count == 1 && driver.machine.letsReplaysGo)
        let idle = SinkMachine(
            limits: SinkLimits(count: 1, bytes: 100), policy: DeliveryPolicy(), position: SinkPosition(name: "s", start: 0), open: OpenItems(),
            condition: .failing(SinkHealth.Outage(since: driver.now, next: driver.now, failures: 3, failure: away)))
        #expect(idle.letsReplaysGo)
    }

    /// From a sink that refuses everything, ten of its own changes in a row among it, no change of a replay is taken to be refused for good.
    @Test func aSinkThatFailsRefusesNoChangeOfAReplay() {
        let job = ReplayJob(sink: "s", first: 1, last: 20, types: [], rate: nil, created: Timestamp(milliseconds: 0), who: "me")
        var machine = ReplayMachine(ReplayState(job: job), limits: SinkLimits(count: 1, bytes: 1 << 20), policy: DeliveryPolicy())
        machine.admit(Change.findings(1...20), takes: [Bool](repeating: true, count: 20))
        var now = Timestamp(milliseconds: 1000)
        var tally = RequestTally()
        for _ in 0..<200 {
            guard machine.next(at: now) != nil else {
                now = max(now.advanced(byMilliseconds: 1), machine.wake ?? now)
                continue
            }
            machine.end(ReplayEnd(.reject(DoubtTests.forbidden)), isTrusted: false, tally: &tally, at: now, fraction: 0.5)
        }
        #expect(machine.job.refused == 0 && machine.job.delivered == 0 && machine.job.cursor == 0)
    }
}
