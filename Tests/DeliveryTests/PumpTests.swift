import FindingModel
import State
import Synchronization
import Testing

@testable import Delivery

struct PumpTests {
    let folder: TemporaryFolder
    let ledger: Ledger
    let feed = MemoryFeed()

    init() throws {
        folder = try TemporaryFolder()
        ledger = try Ledger(path: folder.path + "/ledger.db")
    }

    private func service(
        _ sinks: [ScriptedSink], routes: [Route]? = nil, from start: StartPoint = .beginning, ledger: Ledger? = nil, clock: any DeliveryClock = ManualClock(),
        fraction: Double = 0.5
    ) -> DeliveryService {
        DeliveryService(
            feed: feed, ledger: ledger ?? self.ledger, sinks: sinks.map { .init($0, from: start) }, routes: routes ?? [Route(to: sinks.map(\.name))],
            clock: clock, random: { fraction }, log: .silent)
    }

    /// Where the ledger says that the sink stands.
    private func savedCursor() async -> UInt64? { (try? await ledger.position(of: "sink"))?.cursor }

    private func stop(_ service: DeliveryService) async { await service.stop(within: .seconds(5)) }

    @Test func everyChangeIsDeliveredInOrderAndWrittenDown() async throws {
        feed.append(Change.findings(1...1000))
        let sink = ScriptedSink(count: 64)
        let service = service([sink])
        service.start()
        await eventually { sink.taken.count == 1000 }
        feed.append(Change.findings(1001...1005))
        await eventually { await savedCursor() == 1005 }
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

    @Test func filteredChangesMoveTheCursorToo() async throws {
        feed.append((1...500).map { Change.finding($0, severity: $0.isMultiple(of: 100) ? "critical" : "low") })
        let sink = ScriptedSink(count: 3)
        var critical = RouteCondition()
        critical.minimumSeverity = .init(.critical)
        let clock = ManualClock()
        let service = service([sink], routes: [Route(to: ["sink"], when: critical)], clock: clock)
        service.start()
        await eventually { await service.statuses()[0].pending == 0 && sink.taken.count == 5 }
        #expect(sink.taken == [100, 200, 300, 400, 500])
        await eventually { await savedCursor() ?? 0 >= 500 }
        let position = await service.statuses()[0].position
        #expect(position.delivered == 5 && position.filtered == 495 && position.cursor == 500)
        #expect(try await ledger.deliveries(limit: 10).last?.sequences == "100,200,300")
        await stop(service)
    }

    @Test func aCursorThatOnlyPassedFilteredChangesIsWrittenSoonAndBeforeTheEnd() async throws {
        feed.append(Change.findings(1...50))
        let clock = ManualClock()
        let service = service([ScriptedSink()], routes: [], clock: clock)
        service.start()
        await eventually { clock.sleeping == 1 }
        #expect(await service.statuses()[0].position.filtered == 50)
        #expect(try await ledger.position(of: "sink")?.cursor == 0)
        clock.advance(by: .seconds(2))
        await eventually { await savedCursor() == 50 }
        feed.append(Change.findings(51...60))
        await eventually { await service.statuses()[0].position.cursor == 60 }
        #expect(try await ledger.position(of: "sink")?.cursor == 50)
        await stop(service)
        #expect(try await ledger.position(of: "sink")?.cursor == 60)
        #expect(try await ledger.position(of: "sink")?.filtered == 60)
        #expect(try await ledger.deliveries(limit: 10).isEmpty)
    }

    @Test func aTrickleOfFilteredChangesDoesNotKeepTheCursorFromTheLedger() async throws {
        let clock = ManualClock()
        let service = service([ScriptedSink()], routes: [], clock: clock)
        service.start()
        for sequence in UInt64(1)...5 {
            feed.append([.finding(sequence)])
            await eventually { await service.statuses()[0].position.cursor == sequence }
            clock.advance(by: .milliseconds(600))
        }
        await eventually { await savedCursor() ?? 0 >= 4 }
        await stop(service)
    }

    @Test func aFailedBatchComesAgainUnchangedAfterItsWait() async throws {
        feed.append(Change.findings(1...20))
        let outcomes: [DeliveryOutcome] = [
            .retry(DeliveryFailure("503 busy", status: 503)), .retry(DeliveryFailure("reset", mayHaveArrived: true)),
            .retry(DeliveryFailure("429", status: 429, retryAfter: .seconds(77))), .retry(DeliveryFailure("500 no", status: 500)),
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
        #expect(sink.taken == Array(1...2000))
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

    @Test(arguments: [(StartPoint.beginning, 11), (.now, 21), (.time(Timestamp(milliseconds: 15_000)), 15), (.time(Timestamp(milliseconds: 99_000)), 21)])
    func aNewSinkBeginsWhereItIsTold(_ start: StartPoint, _ first: Int) async throws {
        feed.append(Change.findings(11...20))
        let sink = ScriptedSink()
        let service = service([sink], from: start)
        service.start()
        await eventually { await service.statuses()[0].state == .idle }
        await eventually { (try? await ledger.position(of: "sink")) != nil }
        feed.append(Change.findings(21...22))
        await eventually { sink.taken.last == 22 }
        #expect(sink.taken == Array(UInt64(first)...22))
        #expect(await service.statuses()[0].position.expired == 0)
        await stop(service)
    }

    @Test func aKnownSinkGoesOnWhereItStood() async throws {
        try await ledger.insert(SinkPosition(name: "sink", start: 2, cursor: 5, delivered: 2, filtered: 1, expired: 0))
        feed.append(Change.findings(1...9))
        let sink = ScriptedSink()
        let service = service([sink], from: .now)
        service.start()
        await eventually { sink.taken == [6, 7, 8, 9] }
        await stop(service)
        let expected = SinkPosition(name: "sink", start: 2, cursor: 9, anchor: "abcdefgh-9-1", delivered: 6, filtered: 1, expired: 0)
        #expect(try await ledger.position(of: "sink") == expected)
    }

    @Test func whatIsNoLongerKeptIsCountedAsExpired() async throws {
        try await ledger.insert(SinkPosition(name: "sink", start: 0))
        feed.append(Change.findings(50...60))
        let service = service([ScriptedSink()])
        service.start()
        await eventually { await service.statuses()[0].position.cursor == 60 }
        #expect(await service.statuses()[0].position.expired == 49)
        await stop(service)
    }

    @Test func aCursorAheadOfTheChangesWaitsForThem() async throws {
        try await ledger.insert(SinkPosition(name: "sink", start: 0, cursor: 10, delivered: 10, filtered: 0, expired: 0))
        feed.append(Change.findings(1...4))
        let sink = ScriptedSink()
        let service = service([sink])
        service.start()
        await eventually { await service.statuses()[0].state == .idle }
        #expect(await service.statuses()[0].pending == 0)
        feed.append(Change.findings(5...12))
        await eventually { sink.taken == [11, 12] }
        await stop(service)
    }

    @Test func aRowMadeAgainWithoutSomeChangesRepeatsNoneAndSkipsNone() async throws {
        let anchored = SinkPosition(name: "sink", start: 0, cursor: 10, anchor: "abcdefgh-10-1", delivered: 10, filtered: 0, expired: 0)
        try await ledger.insert(anchored)
        // Changes 3 and 4 are gone, so what was 10 is now 8.
        func renumbered(_ original: UInt64) -> Change {
            var change = Change.finding(original)
            if original > 4 { change.sequence = original - 2 }
            return change
        }
        feed.append([1, 2, 5, 6, 7].map(renumbered))
        feed.answer(.notYet, isCaughtUp: false)
        let clock = ManualClock()
        let sink = ScriptedSink()
        let service = service([sink], clock: clock)
        service.start()
        await eventually { clock.sleeping == 1 }
        #expect(await service.statuses()[0].state == .starting)
        feed.append((8...12).map(renumbered))
        clock.advance(by: .seconds(1))
        await eventually { sink.taken.count == 2 }
        #expect(sink.taken == [9, 10])
        await stop(service)
        let position = try #require(try await ledger.position(of: "sink"))
        #expect(position.vanished == 2 && position.delivered == 12 && position.anchor == "abcdefgh-12-1")
    }

    @Test func aSinkThatBeginsNowWaitsForARowThatIsStillBeingMade() async throws {
        feed.append(Change.findings(1...5))
        feed.answer(.notYet, isCaughtUp: false)
        let clock = ManualClock()
        let sink = ScriptedSink()
        let service = service([sink], from: .now, clock: clock)
        service.start()
        await eventually { clock.sleeping == 1 }
        feed.append(Change.findings(6...9))
        feed.answer(.notYet, isCaughtUp: true)
        clock.advance(by: .seconds(1))
        await eventually { (try? await ledger.position(of: "sink"))?.start == 9 }
        feed.append(Change.findings(10...11))
        await eventually { sink.taken == [10, 11] }
        await stop(service)
    }
}
