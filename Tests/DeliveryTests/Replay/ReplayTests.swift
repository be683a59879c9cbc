import FindingModel
import State
import Testing

@testable import Delivery

struct ReplayMachineTests {
    static let failure = DeliveryFailure("no")

    private func machine(_ range: ClosedRange<UInt64>, types: [String] = [], rate: Int? = nil, count: Int = 4) -> ReplayMachine {
        let job = ReplayJob(
            sink: "s", first: range.lowerBound, last: range.upperBound, types: types, rate: rate, created: Timestamp(milliseconds: 0), who: "me")
        return ReplayMachine(job, limits: SinkLimits(count: count, bytes: 1 << 20), policy: DeliveryPolicy())
    }

    /// Goes on until the replay is done; returns what was taken and how long it took.
    private func drain(
        _ machine: inout ReplayMachine, _ changes: [Change], skipping: Set<UInt64> = [], answer: ([UInt64], Int) -> DeliveryOutcome
    ) -> (taken: [UInt64], milliseconds: Int64) {
        var taken: [UInt64] = []
        var now = Timestamp(milliseconds: 1000)
        var attempts = 0
        for _ in 0..<5000 where !machine.job.isDone {
            if let after = machine.readAfter {
                let page = Array(changes.drop { $0.sequence <= after }.prefix(3))
                machine.admit(page, takes: page.map { !skipping.contains($0.sequence) })
                continue
            }
            guard let batch = machine.next(at: now) else {
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
            machine.end(batch.count, outcome, at: now, fraction: 0.5)
        }
        return (taken, now.milliseconds - 1000)
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
        #expect(taken == (1...40).filter { $0 != 13 })
        #expect(machine.job.refused == 1 && machine.job.words == "no" && machine.job.delivered == 39)
    }

    @Test func whatIsPutOffForLongIsRefused() {
        var machine = machine(1...6)
        let taken = drain(&machine, Change.findings(1...6)) { sequences, _ in
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

    private func service(_ ledger: Ledger) -> DeliveryService {
        DeliveryService(
            feed: feed, ledger: ledger, sinks: [.init(sink, from: .beginning)], routes: [Route(to: ["sink"])], clock: ManualClock(isAutomatic: true),
            random: { 0.5 }, log: .silent)
    }

    @Test func aReplayGoesBesideTheCursor() async throws {
        let ledger = try Ledger(path: folder.path + "/ledger.db")
        let service = service(ledger)
        service.start()
        await eventually { sink.taken.count == 100 }
        let wish = ReplayWish(
            sink: "sink", from: .wall(Timestamp(milliseconds: 41_000)), to: .wall(Timestamp(milliseconds: 60_001)), types: [], rate: nil, who: "me")
        #expect(try await service.replay(wish, isMade: false)?.wanted == 20)
        let scans = ReplayWish(sink: "sink", from: wish.from, to: wish.to, types: ["scan.*"], rate: nil, who: "me")
        #expect(try await service.replay(scans, isMade: true)?.wanted == 0)
        let unknown = ReplayWish(sink: "x", from: wish.from, to: nil, types: [], rate: nil, who: "me")
        #expect(try await service.replay(unknown, isMade: true) == nil)
        #expect(try await ledger.jobs(limit: 5).isEmpty)
        #expect(try await service.replay(wish, isMade: true)?.first == 41)
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
        feed.remake(Self.shorter)
        let service = service(ledger)
        service.start()
        await eventually { (try? await ledger.jobs(limit: 5))?.first?.isDone == true }
        #expect(sink.taken == Array(16...25), "changes 21 to 30")
        let done = try #require(try await ledger.jobs(limit: 5).first)
        #expect(done.last == 25 && done.anchor == done.lastChange)
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
        let job = try #require(try await service.replay(wish, isMade: true))
        let ids = Change.findings(1...100).map(\.id)
        #expect(job.anchor == ids[39] && job.lastChange == ids[59])
        await eventually { (try? await ledger.jobs(limit: 5))?.first?.anchor == ids[59] }
        await service.stop(within: .seconds(1))
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
