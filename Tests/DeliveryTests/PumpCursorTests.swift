import FindingModel
import Glibc
import State
import Testing

@testable import Delivery

/// Where a sink begins, and how its cursor moves over what is not for it, is gone, or stands elsewhere.
struct PumpCursorTests: PumpTesting {
    let bench: PumpBench

    init() throws { bench = try PumpBench() }

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
        feed.answer(.gone(after: 0), isCaughtUp: false)
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

    @Test func aRowMadeAgainBesideARunningSinkIsLookedThroughAgain() async throws {
        feed.append(Change.findings(1...10))
        let sink = ScriptedSink()
        let service = service([sink])
        service.start()
        await eventually { await savedCursor() == 10 }
        // Changes 3 and 4 are gone, so what was 10 is now 8.
        let renumbered = ([1, 2, 5, 6, 7, 8, 9, 10, 11] as [UInt64]).map { original -> Change in
            var change = Change.finding(original)
            if original > 4 { change.sequence = original - 2 }
            return change
        }
        feed.remake(renumbered)
        await eventually { sink.taken.count == 11 }
        #expect(sink.taken == Array(1...10) + [9])
        await stop(service)
        #expect(try await ledger.position(of: "sink")?.anchor == "abcdefgh-11-1")
    }

    @Test func whatARowMadeAgainHoldsBesideWhatWasToldIsToldAndWhatComesAfterItAgain() async throws {
        feed.append(Change.findings(1...10))
        let sink = ScriptedSink(count: 3)
        let service = service([sink])
        service.start()
        await eventually { await savedCursor() == 10 }
        // An entry can be read again, whose change comes behind the sixth.
        let found = (7...11 as ClosedRange<UInt64>).map { sequence -> Change in
            var change = Change.finding(sequence == 7 ? 99 : sequence - 1)
            change.sequence = sequence
            return change
        }
        feed.remake(Change.findings(1...6) + found)
        await eventually { await savedCursor() == 11 }
        #expect(sink.taken == Array(1...10) + Array(7...11))
        await stop(service)
        let position = try #require(try await ledger.position(of: "sink"))
        #expect(position.anchor == "abcdefgh-10-1" && position.delivered == 15 && position.vanished == 4)
    }

    @Test func aLedgerThatIsMovedAwayWhileItRunsHoldsNothingUp() async throws {
        feed.append(Change.findings(1...5))
        let sink = ScriptedSink(), clock = ManualClock()
        let service = service([sink], clock: clock)
        service.start()
        await eventually { await savedCursor() == 5 }
        rename(ledger.path, ledger.path + "-elsewhere")
        feed.append(Change.findings(6...8))
        await eventually {
            clock.advance(by: .seconds(60))
            return sink.taken.last == 8 && sink.taken.count >= 13
        }
        // It begins as it would with no ledger, and leaves nothing out.
        #expect(Array(sink.taken.suffix(8)) == Array(1...8))
        await eventually {
            clock.advance(by: .seconds(60))
            return await savedCursor() == 8
        }
        await stop(service)
    }

    /// All of the journal was put back from an older copy and went on under another tag; the ledger is newer.
    @Test(arguments: [1, 7, 40])
    func aLedgerNewerThanTheJournalSkipsNothingAndRepeatsNothing(_ batch: Int) async throws {
        feed.append(Change.findings(1...60))
        let first = ScriptedSink(count: batch)
        let before = service([first])
        before.start()
        await eventually { await savedCursor() == 60 }
        await stop(before)
        let later = (41...80 as ClosedRange<UInt64>).map { Change.finding($0, tag: "newertag") }
        let parted = MemoryFeed(Change.findings(1...40) + later)
        let second = ScriptedSink(count: batch)
        let after = DeliveryService(
            feed: parted, ledger: ledger, sinks: [.init(second, from: .beginning)], routes: [Route(to: ["sink"])], clock: ManualClock(), random: { 0.5 },
            log: .silent)
        after.start()
        await eventually { await savedCursor() == 80 }
        await stop(after)
        // What a batch ended with is known, so at most a part of one that parted comes again.
        let again = second.taken.filter { $0 <= 40 }
        #expect(Set(second.taken).isSuperset(of: 41...80) && again.count < batch)
        #expect(try await ledger.position(of: "sink")?.anchor == "newertag-80-1")
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
