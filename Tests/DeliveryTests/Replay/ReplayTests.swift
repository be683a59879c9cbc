import FindingModel
import State
import Testing

@testable import Delivery

struct ReplayMachineTests {
    static let failure = DeliveryFailure("no")

    private func machine(_ range: ClosedRange<UInt64>, types: [String] = [], rate: Int? = nil, count: Int = 4) -> ReplayMachine {
        let job = ReplayJob(
            sink: "s", first: range.lowerBound, last: range.upperBound, types: types, rate: rate, created: Timestamp(milliseconds: 0), who: "me")
        return ReplayMachine(ReplayState(job: job), limits: SinkLimits(count: count, bytes: 1 << 20), policy: DeliveryPolicy())
    }

    /// Goes on until the replay is done, or for so many steps; `works` are taken beside it whenever it waits. Returns what was taken and how long it took.
    private func drain(
        _ machine: inout ReplayMachine, _ changes: [Change], skipping: Set<UInt64> = [], steps: Int = 5000, beside works: Set<SinkWork> = [],
        answer: ([UInt64], Int) -> DeliveryOutcome
    ) -> (taken: [UInt64], milliseconds: Int64, last: Int64) {
        var taken: [UInt64] = []
        var last: Int64 = 0
        var now = Timestamp(milliseconds: 1000)
        var attempts = 0
        var tally = RequestTally()
        for _ in 0..<steps where !machine.job.isDone {
            if let after = machine.readAfter {
                let page = Array(changes.drop { $0.sequence <= after }.prefix(3))
                machine.admit(page, takes: page.map { !skipping.contains($0.sequence) })
                continue
            }
            if let item = machine.missing(at: now) { machine.provide(changes.first { $0.sequence == item.sequence }, for: item) }
            guard let batch = machine.next(at: now) else {
                machine.witness(works, at: now)
                // Fewer than one request in twenty may fail, so that there must be some.
                if !works.isEmpty { for _ in 0..<2 { tally.note(failed: false, at: now) } }
                now = max(now, machine.wake ?? now)
                continue
            }
            let outcome = answer(batch.map(\.sequence), attempts)
            attempts += 1
            switch outcome {
            case .delivered: taken += batch.map(\.sequence)
            case .items(let items, _, _): taken += zip(batch, items).filter { $1 == .delivered }.map(\.0.sequence)
            default: break
            }
            if outcome.hasDelivered { last = now.milliseconds - 1000 }
            machine.end(ReplayEnd(outcome), tally: &tally, at: now, fraction: 0.5)
        }
        return (taken, now.milliseconds - 1000, last)
    }

    @Test func aStretchIsSentOnceThroughRoutesAndTypes() {
        var changes = Change.findings(1...30)
        for index in changes.indices where index % 5 == 0 { changes[index].type = "scan.completed" }
        var machine = machine(4...27, types: ["finding.*"])
        let taken = drain(&machine, changes, skipping: [7, 8]) { _, _ in .delivered(status: 200, id: nil) }.taken
        #expect(taken == (4...27).filter { ($0 - 1) % 5 != 0 && ![7, 8].contains($0) })
        #expect(machine.job.delivered == UInt64(taken.count) && machine.job.filtered == UInt64(24 - taken.count) && machine.job.cursor == 27)
    }

    @Test func failuresComeAgainAndRefusalsAreCounted() {
        var machine = machine(1...40)
        let taken = drain(&machine, Change.findings(1...40)) { sequences, attempts in
            if attempts % 4 == 1 { return .retry(Self.failure) }
            if attempts % 9 == 2 { return .pause(Self.failure) }
            return sequences.contains(13) ? .reject(Self.failure) : .delivered(status: 200, id: nil)
        }.taken
        // What failed alone while others were taken comes after them.
        #expect(taken.sorted() == (1...40).filter { $0 != 13 })
        #expect(machine.job.refused == 1 && machine.job.words == "no" && machine.job.delivered == 39)
    }

    /// A change that fails alone waits aside, and in the end is counted with the sink's words.
    @Test(arguments: [1, 2, 7, 50], DoubtTests.ways + BusyTests.ways)
    func nothingStandsBehindAChangeThatFailsAlone(_ count: Int, _ way: DeliveryOutcome) {
        for poison in [1, 2, 30, 59, 60] as [UInt64] {
            var machine = machine(1...60, count: count)
            let result = drain(&machine, Change.findings(1...60), steps: 400, beside: poison < 60 ? [.event] : []) { sequences, _ in
                sequences.contains(poison) ? way : .delivered(status: 200, id: nil)
            }
            #expect(result.taken.sorted() == (1...60).filter { $0 != poison } && result.last <= 60_000, "\(poison): \(result)")
            guard poison < 60 else {
                // With nothing left to compare with, the sink may be the reason, until it takes something else.
                #expect(!machine.job.isDone && machine.job.refused == 0)
                continue
            }
            #expect(machine.job.isDone && machine.job.refused == 1 && machine.job.words == way.failure?.reason && machine.job.delivered == 59)
            #expect((900_000...3_600_000).contains(result.milliseconds), "\(result.milliseconds)")
        }
    }

    @Test func whatTheSinkTakesBesideAReplayTellsWhoseFailureTheLastChangesIs() {
        var machine = machine(1...1)
        machine.admit(Change.findings(1...1), takes: [true])
        var now = Timestamp(milliseconds: 1000)
        var tries = 0
        var tally = RequestTally()
        for _ in 0..<100 where !machine.job.isDone {
            if let item = machine.missing(at: now) { machine.provide(Change.finding(1), for: item) }
            guard machine.next(at: now) != nil else {
                now = max(now.advanced(byMilliseconds: 1), machine.wake ?? now)
                continue
            }
            tries += 1
            machine.end(ReplayEnd(.pause(Self.failure)), tally: &tally, at: now, fraction: 0.5)
            if tries == 20 { #expect(machine.job.refused == 0 && machine.job.waiting == 0) }
            guard tries >= 20 else { continue }
            // More than the tries, as fewer than one request in twenty may fail.
            machine.witness([.event], at: now)
            for _ in 0..<2 { tally.note(failed: false, at: now) }
        }
        #expect(machine.job.isDone && machine.job.refused == 1 && machine.job.words == "no")
    }

    /// The later changes of a record wait for the one that failed, and go when it is given up.
    @Test func aRecordsChangesStayInOrder() {
        var changes = Change.findings(1...30)
        for index in [4, 9, 19] { changes[index].subject = "f_same" }
        var machine = machine(1...30)
        let taken = drain(&machine, changes, beside: [.event]) { sequences, _ in
            sequences.contains(10) ? .retry(DoubtTests.reset) : .delivered(status: 200, id: nil)
        }.taken
        #expect(taken.sorted() == (1...30).filter { $0 != 10 } && taken.last == 20 && machine.job.refused == 1)
    }

    /// While nothing else is taken, or only other work, the whole sink may be down: no number of tries gives the change up.
    @Test(arguments: [[], [.update]] as [Set<SinkWork>])
    func triesWithoutAnotherChangeTakenBetweenThemGiveNothingUp(_ works: Set<SinkWork>) throws {
        var machine = machine(1...5, count: 1)
        var tries = 0
        let answer: ([UInt64], Int) -> DeliveryOutcome = { sequences, _ in
            if sequences == [2] { tries += 1 }
            return sequences == [2] ? .pause(Self.failure) : .delivered(status: 200, id: nil)
        }
        #expect(drain(&machine, Change.findings(1...5), steps: 600, beside: works, answer: answer).taken == [1, 3, 4, 5])
        #expect(!machine.job.isDone && machine.job.refused == 0 && machine.job.waiting == 1 && tries > 100)
        let waiting = try #require(machine.pending?.rows[2] ?? nil)
        // Its first try, and the one before which the others of the replay were taken.
        #expect(waiting.tries == 2 && waiting.attempts == tries)
        // Each try with something taken before it counts, whatever the replay was told before.
        tries = 0
        _ = drain(&machine, Change.findings(1...5), beside: [.event], answer: answer)
        #expect(machine.job.isDone && machine.job.refused == 1 && (8...10).contains(tries), "\(tries)")
    }

    /// From a sink that refuses everything, only so many changes in a row are counted as refused for good, as of its own.
    @Test func aSinkThatRefusesEverythingIsTheReasonItself() {
        var machine = machine(1...40, count: 1)
        _ = drain(&machine, Change.findings(1...40), steps: 300) { _, _ in .reject(Self.failure) }
        #expect(!machine.job.isDone && machine.job.refused == 10 && machine.job.delivered == 0)
        let taken = drain(&machine, Change.findings(1...40)) { _, _ in .delivered(status: 200, id: nil) }.taken
        #expect(taken == Array(11...40) && machine.job.isDone)
    }

    /// What was erased, or is no longer meant for the sink, since the replay was made is not missing in the end.
    @Test func aReplayReachesItsNumberWhateverWasTakenOut() {
        var changes = Change.findings(1...30)
        for index in [3, 4, 28, 29] { changes[index].isErased = true }
        var job = ReplayJob(sink: "s", first: 1, last: 30, types: [], rate: nil, created: Timestamp(milliseconds: 0), who: "me")
        job.wanted = 30
        var machine = ReplayMachine(ReplayState(job: job), limits: SinkLimits(count: 4, bytes: 1 << 20), policy: DeliveryPolicy())
        #expect(drain(&machine, changes, skipping: [10]) { _, _ in .delivered(status: 200, id: nil) }.taken.count == 25)
        #expect(machine.job.isDone && machine.job.delivered == 25 && machine.job.total == 25)
    }

    /// Where every second request fails, each change is taken in the end, however many there are and however often one of them fails.
    @Test(arguments: DoubtTests.ways + BusyTests.ways)
    func aSinkThatFailsHalfOfTheTimeRefusesNothing(_ way: DeliveryOutcome) {
        let seed: UInt64 = 1
        var random = SeededRandom(seed: seed)
        var machine = machine(1...2000, count: 1)
        let taken = drain(&machine, Change.findings(1...2000), steps: 100_000) { _, _ in
            Bool.random(using: &random) ? way : .delivered(status: 200, id: nil)
        }.taken
        #expect(machine.job.isDone && machine.job.refused == 0 && taken.count == 2000, "seed \(seed): \(machine.job.refused)")
    }

    @Test(arguments: DoubtTests.ways + BusyTests.ways)
    func anOutageGivesNothingUp(_ way: DeliveryOutcome) {
        var machine = machine(1...40, count: 7)
        let taken = drain(&machine, Change.findings(1...40)) { _, attempts in attempts < 300 ? way : .delivered(status: 200, id: nil) }.taken
        #expect(taken.sorted() == Array(1...40) && machine.job.refused == 0 && machine.job.delivered == 40)
    }

    @Test func whatIsPutOffForLongIsRefused() {
        var machine = machine(1...6)
        let taken = drain(&machine, Change.findings(1...6), beside: [.event]) { sequences, _ in
            .items(sequences.map { $0 == 2 ? .retry(Self.failure) : .delivered }, status: 200, id: nil)
        }.taken
        #expect(taken.sorted() == [1, 3, 4, 5, 6] && machine.job.refused == 1)
    }

    @Test(arguments: [
        ("finding.*", true), ("finding.opened", true), ("scan.completed", true), ("*", true), ("notice.target_created", true), ("notice.*", true),
        ("n*", true), ("finding.opend", false), ("findings.*", false), ("opened", false), ("", false),
    ])
    func aTypeThatNoChangeHasIsFound(_ word: String, _ isKnown: Bool) {
        let wish = ReplayWish(sink: "s", from: .wall(Timestamp(milliseconds: 0)), to: nil, types: ["finding.fixed", word], rate: nil, who: "me")
        #expect(wish.unknownType == (isKnown ? nil : word))
    }

    @Test func aRateIsKept() {
        var machine = machine(1...100, rate: 10)
        let result = drain(&machine, Change.findings(1...100)) { _, _ in .delivered(status: 200, id: nil) }
        #expect(result.taken == Array(1...100))
        #expect((9000...10_000).contains(result.milliseconds), "\(result.milliseconds)")
    }
}

struct ReplayTests {
    private let folder: TemporaryFolder
    private let feed = MemoryFeed(Change.findings(1...100))
    private let sink = ScriptedSink(count: 10)

    init() throws { folder = try TemporaryFolder() }

    private func service(_ ledger: Ledger, _ other: ScriptedSink? = nil, _ clock: ManualClock = ManualClock(isAutomatic: true)) -> DeliveryService {
        DeliveryService(
            feed: feed, ledger: ledger, sinks: [.init(other ?? sink, from: .beginning)], routes: [Route(to: ["sink"])], clock: clock, random: { 0.5 },
            log: .silent)
    }

    @Test func aReplayGoesBesideTheCursor() async throws {
        let ledger = try Ledger(path: folder.path + "/ledger.db")
        let service = service(ledger)
        service.start()
        await eventually { sink.taken.count == 100 }
        let wish = ReplayWish(
            sink: "sink", from: .wall(Timestamp(milliseconds: 41_000)), to: .wall(Timestamp(milliseconds: 60_001)), types: [], rate: nil, who: "me")
        #expect(try await service.replay(wish, isMade: false)?.job.wanted == 20)
        let scans = ReplayWish(sink: "sink", from: wish.from, to: wish.to, types: ["scan.*"], rate: nil, who: "me")
        #expect(try await service.replay(scans, isMade: true)?.job.wanted == 0)
        let unknown = ReplayWish(sink: "x", from: wish.from, to: nil, types: [], rate: nil, who: "me")
        #expect(try await service.replay(unknown, isMade: true) == nil)
        #expect(try await ledger.jobs(limit: 5).isEmpty)
        #expect(try await service.replay(wish, isMade: true)?.job.first == 41)
        await eventually { (try? await ledger.jobs(limit: 5))?.first?.isDone == true }
        #expect(sink.taken.suffix(20) == Array(41...60)[...])
        #expect(try await ledger.position(of: "sink")?.cursor == 100)
        await eventually { await service.statuses()[0].lastReplay?.delivered == 20 }
        #expect(await service.statuses()[0].lastReplay?.wanted == 20)
        await service.stop(within: .seconds(1))
        await ledger.close()
    }

    @Test func aReplayPassesOverWhatStandsBetweenAndCameAtAnotherTime() async throws {
        let ledger = try Ledger(path: folder.path + "/ledger.db")
        try await ledger.insert(SinkPosition(name: "sink", start: 0, cursor: 100, delivered: 100, filtered: 0, expired: 0))
        var job = ReplayJob(sink: "sink", first: 1, last: 30, types: [], rate: nil, created: Timestamp(milliseconds: 1), who: "me")
        (job.from, job.to) = (.wall(Timestamp(milliseconds: 12_000)), .wall(Timestamp(milliseconds: 15_000)))
        try await ledger.insert(job)
        let service = service(ledger)
        service.start()
        await eventually { (try? await ledger.jobs(limit: 5))?.first?.isDone == true }
        #expect(sink.taken == [12, 13, 14])
        let done = try #require(try await ledger.jobs(limit: 5).first)
        #expect(done.delivered == 3 && done.filtered == 27 && done.from == job.from && done.to == job.to)
        await service.stop(within: .seconds(1))
        await ledger.close()
    }

    /// The row of changes as another history has it: without the first five, so that all others have moved up.
    private static let shorter = Change.findings(1...100).dropFirst(5).map { change in
        var change = change
        change.sequence -= 5
        return change
    }

    private func job(at cursor: UInt64, through last: UInt64) -> ReplayJob {
        let ids = Change.findings(1...100).map(\.id)
        var job = ReplayJob(sink: "sink", first: 1, last: last, types: [], rate: nil, created: Timestamp(milliseconds: 1), who: "me")
        job.cursor = cursor
        (job.anchor, job.lastChange) = (ids[Int(cursor) - 1], ids[Int(last) - 1])
        return job
    }

    @Test func aReplayGoesOnBehindItsChangeWhereTheRowHasMoved() async throws {
        let ledger = try Ledger(path: folder.path + "/ledger.db")
        try await ledger.insert(SinkPosition(name: "sink", start: 0, cursor: 95, delivered: 95, filtered: 0, expired: 0))
        try await ledger.insert(job(at: 20, through: 30))
        let stored = try #require(try await ledger.jobs(limit: 5).first)
        let changes = Change.findings(1...100)
        let waiting = OpenItem(changes[9], state: .retrying, at: Timestamp(milliseconds: 0)), gone = OpenItem(changes[2], state: .retrying, at: waiting.next)
        let done = DoneAbove(sequence: 22, changeID: changes[21].id, isSuperseded: false)
        try await ledger.apply(ReplayWrite(job: stored, rows: [10: waiting, 3: gone], done: [done]))
        feed.remake(Self.shorter)
        let service = service(ledger)
        service.start()
        await eventually { (try? await ledger.jobs(limit: 5))?.first?.isDone == true }
        #expect(sink.taken.sorted() == [5, 16] + Array(18...25), "changes 10, 21, and 23 to 30")
        let ended = try #require(try await ledger.jobs(limit: 5).first)
        #expect(ended.last == 25 && ended.anchor == ended.lastChange && ended.filtered == 1, "change 3 is gone")
        await service.stop(within: .seconds(1))
        await ledger.close()
    }

    @Test func aReplayWhoseChangesAreGoneTellsNothingElse() async throws {
        let ledger = try Ledger(path: folder.path + "/ledger.db")
        try await ledger.insert(SinkPosition(name: "sink", start: 0, cursor: 20, delivered: 20, filtered: 0, expired: 0))
        // The copy that was put back ends at 10; what follows has other ids.
        let others = Change.findings(11...20).map { change in
            var change = change
            change.id = "otherrow" + change.id
            return change
        }
        feed.remake(Change.findings(1...10) + others)
        feed.answer(.gone(after: 10))
        try await ledger.insert(job(at: 8, through: 18))
        let service = service(ledger)
        service.start()
        await eventually { (try? await ledger.jobs(limit: 5))?.first?.isDone == true }
        #expect(sink.taken == [9, 10])
        await service.stop(within: .seconds(1))
        await ledger.close()
    }

    @Test func aReplayIsWrittenDownWithTheIDsOfItsEnds() async throws {
        let ledger = try Ledger(path: folder.path + "/ledger.db")
        let service = service(ledger)
        service.start()
        await eventually { sink.taken.count == 100 }
        let wish = ReplayWish(
            sink: "sink", from: .wall(Timestamp(milliseconds: 41_000)), to: .wall(Timestamp(milliseconds: 60_001)), types: [], rate: nil, who: "me")
        let job = try #require(try await service.replay(wish, isMade: true)).job
        let ids = Change.findings(1...100).map(\.id)
        #expect(job.anchor == ids[39] && job.lastChange == ids[59])
        await eventually { (try? await ledger.jobs(limit: 5))?.first?.anchor == ids[59] }
        await service.stop(within: .seconds(1))
        await ledger.close()
    }

    /// What waits aside is kept over a restart, and nothing else comes twice.
    @Test func aReplayPassesAPoisonAlsoOverARestart() async throws {
        let ledger = try Ledger(path: folder.path + "/ledger.db")
        try await ledger.insert(SinkPosition(name: "sink", start: 0, cursor: 100, delivered: 100, filtered: 0, expired: 0))
        try await ledger.insert(ReplayJob(sink: "sink", first: 1, last: 30, types: [], rate: nil, created: Timestamp(milliseconds: 1), who: "me"))
        let before = ScriptedSink(count: 1) { _, batch in batch[0].sequence == 13 ? .retry(DoubtTests.broken) : .delivered(status: 200, id: nil) }
        let first = service(ledger, before, ManualClock())
        first.start()
        await eventually { (try? await ledger.jobs(limit: 5))?.first.map { $0.cursor == 30 && $0.waiting == 1 } == true }
        #expect(before.taken.sorted() == (1...30).filter { $0 != 13 })
        await first.stop(within: .seconds(5))
        let second = service(ledger)
        second.start()
        await eventually { (try? await ledger.jobs(limit: 5))?.first?.isDone == true }
        #expect(sink.taken == [13])
        #expect(try await ledger.jobs(limit: 5).first.map { [$0.delivered, $0.refused] } == [30, 0])
        await second.stop(within: .seconds(1))
        await ledger.close()
    }

    @Test func aReplayGoesOnAfterARestart() async throws {
        let ledger = try Ledger(path: folder.path + "/ledger.db")
        try await ledger.insert(SinkPosition(name: "sink", start: 0, cursor: 100, delivered: 100, filtered: 0, expired: 0))
        var job = ReplayJob(sink: "sink", first: 1, last: 30, types: [], rate: nil, created: Timestamp(milliseconds: 1), who: "me")
        job.cursor = 20
        try await ledger.insert(job)
        let service = service(ledger)
        service.start()
        await eventually { (try? await ledger.jobs(limit: 5))?.first?.isDone == true }
        #expect(sink.taken == Array(21...30))
        #expect(try await ledger.position(of: "sink")?.delivered == 100)
        await service.stop(within: .seconds(1))
        await ledger.close()
    }
}
