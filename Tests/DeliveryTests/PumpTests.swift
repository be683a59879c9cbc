import FindingModel
import State
import Synchronization
import Testing

@testable import Delivery

/// How changes get to a sink, and what happens when something fails.
struct PumpTests: PumpTesting {
    let bench: PumpBench

    init() throws { bench = try PumpBench() }

    @Test func everyChangeIsDeliveredInOrderAndWrittenDown() async throws {
        feed.append(Change.findings(1...1000))
        let sink = ScriptedSink(count: 64)
        let service = service([sink])
        service.start()
        await eventually { sink.taken.count == 1000 }
        feed.append(Change.findings(1001...1005))
        await eventually { await savedCursor() == 1005 }
        // The cursor is on disk a moment before the status says so.
        await eventually { await service.statuses()[0].pending == 0 }
        #expect(sink.taken == Array(1...1005))
        #expect(sink.attempts.allSatisfy { $0.sequences.count <= 64 })
        let rows = try await ledger.deliveries(sink: "sink", limit: 100)
        #expect(rows.reduce(0) { $0 + $1.count } == 1005 && rows.first?.lastSequence == 1005 && rows.first?.status == 200)
        #expect(rows.allSatisfy { $0.sequences == nil })
        let status = await service.statuses()[0]
        #expect(status.pending == 0 && status.position.delivered == 1005 && status.position.filtered == 0)
        #expect(status.lastAnswer?.text == "delivered" && status.lastAnswer?.status == 200 && status.type == "scripted")
        await stop(service)
        #expect(sink.closed == 1)
        #expect(await service.statuses()[0].state == .stopped)
    }

    @Test func whenASinkLastTookSomethingIsKnownAfterARestart() async throws {
        feed.append(Change.findings(1...3))
        let clock = ManualClock()
        let before = service([ScriptedSink(count: 64)], clock: clock)
        before.start()
        await eventually { await savedCursor() == 3 }
        await stop(before)
        let time = try #require(await ledger.deliveries(sink: "sink", limit: 1).first?.time)
        let after = service([ScriptedSink(count: 64)], clock: clock)
        #expect(await after.statuses()[0].lastDeliveredTime == nil)
        after.start()
        await eventually { await after.statuses()[0].state == .idle }
        #expect(await after.statuses()[0].lastDeliveredTime == time)
        await stop(after)
    }

    @Test func aFailedBatchComesAgainUnchangedAfterItsWait() async throws {
        feed.append(Change.findings(1...20))
        let away = DeliveryOutcome.retry(DeliveryFailure("no connection", isOfSink: true))
        let outcomes = [
            .retry(DeliveryFailure("503 busy", status: 503)), away, .retry(DeliveryFailure("answered 429", status: 429, retryAfter: .seconds(77))), away,
            .delivered(status: 201, id: "x-9"),
        ]
        let sink = ScriptedSink(count: 20) { before, _ in outcomes[min(before, 4)] }
        let clock = ManualClock()
        let service = service([sink], clock: clock, fraction: 0.25)
        let begin = clock.now
        service.start()
        for (index, wait) in [250, 500, 77_000, 2000].enumerated() {
            await eventually { clock.sleeping == 1 }
            #expect(sink.attempts.count == index + 1)
            let status = await service.statuses()[0]
            guard case .retrying(let outage) = status.state else {
                Issue.record("the sink is \(status.state)")
                continue
            }
            #expect(outage.since == begin && outage.failures == index + 1)
            #expect(outage.next == clock.now.advanced(byMilliseconds: Int64(wait)))
            #expect(status.lastAnswer?.status == outage.failure.status && status.position.cursor == 0 && status.pending == 20)
            clock.advance(by: .milliseconds(wait - 1))
            #expect(clock.sleeping == 1 && sink.begun == index + 1)
            clock.advance(by: .milliseconds(1))
        }
        await eventually { await savedCursor() == 20 }
        #expect(sink.attempts.allSatisfy { $0.sequences == Array(1...20) } && sink.attempts.count == 5)
        #expect(try await ledger.deliveries(limit: 10).map(\.remoteID) == ["x-9"])
        await eventually { await service.statuses()[0].state == .idle }
        await stop(service)
    }

    @Test func anOutageOfADayLosesNothingAndAsksSeldom() async throws {
        let clock = ManualClock(isAutomatic: true)
        let back = clock.now.advanced(byMilliseconds: 86_400_000)
        feed.append(Change.findings(1...2000))
        let sink = ScriptedSink(count: 100) { _, _ in
            clock.now < back ? .retry(DeliveryFailure("down", status: 503)) : .delivered(status: 200, id: nil)
        }
        let service = service([sink], clock: clock)
        service.start()
        await eventually { await service.statuses()[0].position.cursor == 2000 }
        // The one that was asked with last comes first.
        #expect(sink.taken.count == 2000 && sink.taken.dropFirst() == sink.taken.dropFirst().sorted()[...] && Set(sink.taken) == Set(1...2000))
        // With half of the cap on average: a day holds 576 waits of 150 s, and some short ones before.
        #expect(sink.attempts.count - 20 < 600)
        await stop(service)
    }

    @Test func oneSinkThatHangsHoldsNobodyElseUp() async throws {
        feed.append(Change.findings(1...300))
        let hole = ScriptedSink("hole") { _, _ in
            // Far longer than any test: only being cancelled ends it.
            try? await Task.sleep(for: .seconds(86_400))
            return .retry(DeliveryFailure("given up"))
        }
        let failing = ScriptedSink("failing") { _, _ in .retry(DeliveryFailure("no", status: 500)) }
        let good = ScriptedSink("good")
        let service = service([hole, failing, good])
        service.start()
        await eventually { await service.statuses()[2].pending == 0 && hole.begun == 1 && failing.begun > 0 }
        await eventually { await service.statuses()[1].state.word == "retrying" }
        let statuses = await service.statuses()
        #expect(statuses.map(\.name) == ["hole", "failing", "good"])
        #expect(statuses[0].state == .delivering && statuses[0].pending == 300)
        #expect(statuses[1].pending == 300)
        #expect(good.taken == Array(1...300))
        await service.stop(within: .zero)
        #expect(hole.attempts.count == 1)
        #expect(try await ledger.positions().map(\.cursor) == [0, 300, 0])
    }

    @Test func stoppingWaitsForTheRequestUnderWayAndKeepsItsOutcome() async throws {
        feed.append(Change.findings(1...30))
        let gate = Gate()
        let sink = ScriptedSink(count: 10) { before, _ in
            if before == 1 { await gate.wait() }
            return .delivered(status: 200, id: nil)
        }
        let clock = ManualClock()
        let service = service([sink], clock: clock)
        service.start()
        await eventually { sink.begun == 2 }
        async let stopped: Void = service.stop(within: .seconds(5))
        // The one who sleeps is the grace, so the pump has been told.
        await eventually { clock.sleeping == 1 }
        gate.open()
        await stopped
        #expect(sink.taken == Array(1...20))
        #expect(try await ledger.position(of: "sink")?.cursor == 20)
    }

    @Test func whatWasTakenBeforeACrashComesAgainAtMostAsOneBatch() async throws {
        feed.append(Change.findings(1...100))
        let path = folder.path + "/crash.db"
        var seen: [UInt64] = []
        var ledger = try Ledger(path: path)
        for round in 0..<4 {
            // The sink takes the batch, and the ledger is gone before the row is written: what a kill at that moment leaves.
            let dying = ledger
            let sink = ScriptedSink(count: 10) { before, _ in
                if before == 2, round < 3 { await dying.close() }
                return .delivered(status: 200, id: nil)
            }
            let service = service([sink], ledger: ledger)
            service.start()
            if round < 3 {
                await eventually { await service.statuses()[0].state.word == "retrying" }
            } else {
                await eventually { await service.statuses()[0].position.cursor == 100 }
            }
            await stop(service)
            seen += sink.taken
            await ledger.close()
            ledger = try Ledger(path: path)
        }
        #expect(Set(seen) == Set(1...100))
        #expect(seen.count == 130)
        #expect(try await ledger.position(of: "sink")?.delivered == 100)
        await ledger.close()
    }

    @Test func aLedgerThatFailsStopsDeliveryUntilItWorksAgain() async throws {
        feed.append(Change.findings(1...40))
        let ledger = ledger
        let sink = ScriptedSink(count: 10) { before, _ in
            if before == 1 { await ledger.close() }
            return .delivered(status: 200, id: nil)
        }
        let clock = ManualClock()
        let service = service([sink], clock: clock)
        service.start()
        await eventually { clock.sleeping == 1 }
        guard case .retrying(let outage) = await service.statuses()[0].state else {
            Issue.record("nothing is being retried")
            return
        }
        #expect(outage.failure.reason.hasPrefix("the ledger cannot be written"))
        #expect(sink.attempts.count == 2)
        clock.advance(by: .seconds(1))
        await eventually { clock.sleeping == 1 || sink.taken.count == 40 }
        clock.advance(by: .seconds(10))
        await eventually { await savedCursor() == 40 }
        #expect(sink.taken == Array(1...40))
        #expect(try await ledger.deliveries(limit: 10).count == 4)
        await stop(service)
    }

    @Test func changesThatCannotBeReadAreReadLater() async throws {
        feed.append(Change.findings(1...5))
        feed.fail(times: 3)
        let clock = ManualClock(isAutomatic: true)
        let sink = ScriptedSink()
        let service = service([sink], clock: clock)
        service.start()
        await eventually { sink.taken == Array(1...5) }
        await stop(service)
    }

    @Test func severalRequestsAreUnderWayAndEveryRecordKeepsItsOrder() async throws {
        feed.append((1...600).map { Change.finding($0, record: "f_\($0 % 50)") })
        let random = Mutex(SeededRandom(seed: 7))
        let sink = ScriptedSink(count: 1, requests: 16) { _, _ in
            let (fails, turns) = random.withLock { ($0.next() % 10 == 0, $0.next() % 20) }
            for _ in 0..<turns { await Task.yield() }
            return fails ? .items([.retry(DeliveryFailure("locked"))], status: 200, id: nil) : .delivered(status: 200, id: nil)
        }
        let service = service([sink], clock: ManualClock(isAutomatic: true))
        service.start()
        await eventually {
            let status = await service.statuses()[0]
            return status.position.delivered == 600 && status.position.open == 0
        }
        await stop(service)
        var last: [UInt64: UInt64] = [:]
        for sequence in sink.taken {
            #expect(last[sequence % 50] ?? 0 < sequence)
            last[sequence % 50] = sequence
        }
        #expect(Set(sink.taken) == Set(1...600) && sink.taken.count == 600)
        #expect(try await ledger.position(of: "sink")?.cursor == 600)
    }

    @Test func aPausedSinkIsSpokenOfOnceAnHour() async throws {
        feed.append(Change.findings(1...50))
        let notices = Mutex<[String]>([])
        let sink = ScriptedSink(count: 1) { before, _ in
            before.isMultiple(of: 2) ? .pause(DeliveryFailure("its certificate proves nothing", isOfSink: true)) : .delivered(status: 200, id: nil)
        }
        let service = DeliveryService(
            feed: feed, ledger: ledger, sinks: [.init(sink, from: .beginning)], routes: [Route(to: ["sink"])], clock: ManualClock(isAutomatic: true),
            random: { 0.5 }, log: .silent, notify: { notice in notices.withLock { $0.append(notice.summary) } })
        service.start()
        await eventually { sink.taken.count == 50 }
        await stop(service)
        let said = notices.withLock { $0 }
        // 50 pauses of 45 s each.
        #expect(said == ["Sink sink is paused: its certificate proves nothing"])
    }

    @Test func deadLettersAreSettledWhileTheSinkRuns() async throws {
        feed.append(Change.findings(1...30))
        let isStrict = Mutex(true)
        let sink = ScriptedSink(count: 1) { _, batch in
            isStrict.withLock { $0 } && batch[0].sequence.isMultiple(of: 3) ? .reject(DeliveryFailure("no", status: 422)) : .delivered(status: 200, id: nil)
        }
        let service = service([sink], clock: ManualClock(isAutomatic: true))
        service.start()
        await eventually {
            let status = await service.statuses()[0]
            return status.dead == 10 && status.pending == 0
        }
        #expect(try await service.settle(.drop, sink: "sink", changes: ["abcdefgh-3-1", "f_6"]) == 2)
        #expect(try await service.settle(.drop, sink: "other", changes: []) == nil)
        isStrict.withLock { $0 = false }
        #expect(try await service.settle(.retry, sink: "sink", changes: []) == 8)
        await eventually { await service.statuses()[0].position.delivered == 28 }
        await stop(service)
        let position = try #require(try await ledger.position(of: "sink"))
        #expect(position.dropped == 2 && position.open == 0 && position.cursor == 30)
        #expect(try await DeadLetterSettlement.offline(.retry, ledger, sink: "sink", changes: [], now: Timestamp(milliseconds: 1)) == 0)
    }
}
