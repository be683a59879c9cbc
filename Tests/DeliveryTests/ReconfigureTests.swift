import FindingModel
import Testing

@testable import Delivery

/// Other sinks and routes while the gateway runs.
@Suite(.timeLimit(.minutes(1))) struct ReconfigureTests: PumpTesting {
    let bench: PumpBench

    init() throws { bench = try PumpBench() }

    @Test func aSinkGoesOnFromItsCursorBehindItsLastRequestAndHoldsUpNoOther() async throws {
        feed.append(Change.findings(1...30))
        let gate = Gate()
        let slow = ScriptedSink("slow", count: 10) { _, _ in
            await gate.wait()
            return .delivered(status: 200, id: nil)
        }
        let gone = ScriptedSink("gone")
        let service = service([slow, gone])
        service.start()
        await eventually { slow.begun >= 1 && gone.taken.count == 30 }

        let next = ScriptedSink("slow", count: 10), other = ScriptedSink("other")
        service.reconfigure(sinks: [.init(next, from: .now), .init(other, from: .beginning)], routes: [Route(to: ["slow", "other"])])
        feed.append(Change.findings(31...35))
        await eventually { other.taken == Array(1...35) && gone.closed == 1 }
        #expect(next.begun == 0 && slow.closed == 0)
        #expect(await service.statuses().map(\.name) == ["slow", "other"])

        gate.open()
        // Each change once: what was under way by the old one, the rest by the new one.
        await eventually { (slow.taken + next.taken).sorted() == Array(1...35) }
        #expect(slow.taken.first == 1 && next.taken.last == 35 && slow.closed == 1 && gone.taken == Array(1...30))
        await service.stop(within: .seconds(5))
        #expect(next.closed == 1 && other.closed == 1)
    }

    /// One change is stuck, and above it others were taken: neither a reload nor a restart sends those again, and they are counted.
    @Test func whatWasTakenAboveAStuckChangeIsNeverSentAgain() async throws {
        feed.append(Change.findings(1...20))
        let gate = Gate()
        let slow = ScriptedSink(count: 1, requests: 8) { _, batch in
            if batch[0].sequence == 3 { await gate.wait() }
            return batch[0].sequence == 3 ? .retry(DeliveryFailure("answered 503", status: 503)) : .delivered(status: 200, id: nil)
        }
        let service = service([slow])
        service.start()
        await eventually { slow.taken.count == 19 }
        await eventually { await service.statuses()[0].position.above == 17 }
        let status = await service.statuses()[0]
        #expect(status.position.cursor == 2 && status.position.delivered == 2 && status.pending == 1)
        let next = ScriptedSink(count: 1, requests: 8) { _, _ in .retry(DeliveryFailure("answered 503", status: 503)) }
        service.reconfigure(sinks: [.init(next, from: .beginning)], routes: [Route(to: ["sink"])])
        gate.open()
        await eventually { next.attempts.count == 1 }
        #expect(next.attempts.map(\.sequences) == [[3]])
        #expect(await service.statuses()[0].position.above == 17)
        await service.stop(within: .seconds(5))
        #expect(try await ledger.positions()[0].above == 17)
        let last = ScriptedSink(count: 1, requests: 8)
        let restarted = self.service([last])
        restarted.start()
        await eventually { (try? await ledger.position(of: "sink"))?.cursor == 20 }
        await restarted.stop(within: .seconds(5))
        #expect(last.taken == [3])
        let position = try #require(try await ledger.positions().first)
        #expect(position.delivered == 20 && position.above == 0)
    }

    @Test func sinceWhenASinkFailsIsKnownAfterARestart() async throws {
        feed.append(Change.findings(1...5))
        let clock = ManualClock(isAutomatic: true)
        func service(_ sink: ScriptedSink) -> DeliveryService {
            DeliveryService(
                feed: feed, ledger: ledger, sinks: [.init(sink, from: .beginning)], routes: [Route(to: ["sink"])], clock: clock, random: { 0.5 }, log: .silent)
        }
        let begin = clock.now
        for outcome in [DeliveryOutcome.retry(DeliveryFailure("answered 503", status: 503)), .pause(DeliveryFailure("no proof", isOfSink: true))] {
            let broken = ScriptedSink { _, _ in outcome }
            let first = service(broken)
            first.start()
            await eventually { broken.begun > 6 }
            await first.stop(within: .seconds(5))
            let second = service(ScriptedSink { _, _ in outcome })
            second.start()
            await eventually { await second.statuses()[0].state.outage != nil }
            let state = await second.statuses()[0].state
            #expect(state.outage?.since == begin && state.outage?.failure.reason == outcome.failure?.reason)
            await second.stop(within: .seconds(5))
        }
        let third = service(ScriptedSink())
        third.start()
        await eventually { (try? await ledger.position(of: "sink"))?.cursor == 5 }
        await third.stop(within: .seconds(5))
        #expect(try await ledger.state(of: "sink")?.condition == .healthy)
    }

    @Test func aStopCutsOffWhatAnEarlierConfigurationStillWaitsFor() async throws {
        feed.append(Change.findings(1...3))
        let stuck = ScriptedSink("sink") { _, _ in
            // Far longer than any test: only being cancelled ends it.
            try? await Task.sleep(for: .seconds(86_400))
            return .retry(DeliveryFailure("given up"))
        }
        let service = service([stuck])
        service.start()
        await eventually { stuck.begun >= 1 }
        let next = ScriptedSink("sink")
        service.reconfigure(sinks: [.init(next, from: .beginning)], routes: [Route(to: ["sink"])])
        service.reconfigure(sinks: [.init(next, from: .beginning)], routes: [Route(to: ["sink"])])
        await service.stop(within: .zero)
        #expect(next.taken.isEmpty)
        // A service that was stopped stays so.
        service.reconfigure(sinks: [.init(next, from: .beginning)], routes: [Route(to: ["sink"])])
        service.start()
        #expect(next.begun == 0)
    }

    @Test func beforeTheStartTheNewOnesTakeTheOldOnesPlace() async throws {
        feed.append(Change.findings(1...3))
        let first = ScriptedSink("first"), second = ScriptedSink("second")
        let service = service([first])
        service.reconfigure(sinks: [.init(second, from: .beginning)], routes: [Route(to: ["second"])])
        service.start()
        await eventually { second.taken == [1, 2, 3] }
        await service.stop(within: .seconds(5))
        #expect(first.begun == 0)
    }
}
