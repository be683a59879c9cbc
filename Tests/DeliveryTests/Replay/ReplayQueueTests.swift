import FindingModel
import State
import Synchronization
import Testing

@testable import Delivery

/// Replays that wait for their turn, and their end before it.
struct ReplayQueueTests: PumpTesting {
    let bench: PumpBench

    init() async throws {
        bench = try PumpBench(MemoryFeed(Change.findings(1...20)))
        try await ledger.insert(SinkPosition(name: "sink", start: 0, cursor: 19, delivered: 19, filtered: 0, expired: 0))
    }

    private static func wish(_ types: [String] = [], rate: Int? = nil) -> ReplayWish {
        ReplayWish(sink: "sink", from: .wall(Timestamp(milliseconds: 1000)), to: .wall(Timestamp(milliseconds: 10_001)), types: types, rate: rate, who: "me")
    }

    @Test func whatWaitsForASinkThatIsDownIsShownOnceEachAndCanBeCancelled() async throws {
        let isDown = Mutex(true)
        let sink = ScriptedSink(count: 5) { _, _ in
            isDown.withLock { $0 } ? .retry(DeliveryFailure("away", isOfSink: true)) : .delivered(status: 200, id: nil)
        }
        let clock = ManualClock(), service = service([sink], clock: clock)
        service.start()
        await eventually { sink.attempts.count == 1 && clock.sleeping > 0 }
        let first = try await service.replay(Self.wish(), isMade: true)
        #expect(first?.isRepeated == false && first?.job.wanted == 10)
        let again = try await service.replay(Self.wish(rate: 5), isMade: true)
        #expect(again?.isRepeated == true && again?.job.created == first?.job.created)
        #expect(try await service.replay(Self.wish(["finding.*"]), isMade: true)?.isRepeated == false)
        #expect(try await service.replay(Self.wish(), isMade: false)?.isRepeated == false, "only looked at")
        let status = await service.statuses()[0]
        #expect(status.queued.map(\.types) == [[], ["finding.*"]] && status.queued.allSatisfy { $0.first == 1 && $0.last == 10 && $0.delivered == 0 })
        #expect(status.replay == nil)

        #expect(try await service.cancelReplays(sink: "sink")?.count == 2)
        #expect(try await service.cancelReplays(sink: "sink") == [])
        #expect(try await service.cancelReplays(sink: "nobody") == nil)
        #expect(await service.statuses()[0].queued.isEmpty)
        isDown.withLock { $0 = false }
        await eventually {
            clock.advance(by: .seconds(60))
            return await savedCursor() == 20
        }
        #expect(sink.taken == [20], "nothing that was cancelled")
        // What was cancelled stands in no other one's way.
        #expect(try await service.replay(Self.wish(), isMade: true)?.isRepeated == false)
        await eventually { await service.statuses()[0].lastReplay?.delivered == 10 }
        #expect(await service.statuses()[0].lastReplay?.cancelled == nil)
        await stop(service)
        await ledger.close()
    }

    /// Whoever asks twice, or two who ask at once, get one replay.
    @Test func equalReplaysThatAreWantedAtOnceAreQueuedOnce() async throws {
        let sink = ScriptedSink { _, _ in .retry(DeliveryFailure("away", isOfSink: true)) }
        let clock = ManualClock(), service = service([sink], clock: clock)
        service.start()
        await eventually { sink.attempts.count == 1 && clock.sleeping > 0 }
        let answers = await withTaskGroup(of: ReplayAnswer?.self) { group in
            for _ in 0..<32 { group.addTask { try? await service.replay(Self.wish(), isMade: true) } }
            return await group.reduce(into: [ReplayAnswer?]()) { $0.append($1) }
        }
        #expect(answers.compactMap { $0 }.count == 32 && answers.filter { $0?.isRepeated == false }.count == 1)
        #expect(try await ledger.openReplays(of: "sink").count == 1)
        await stop(service)
        await ledger.close()
    }

    @Test func whatIsUnderWayComesToItsEndAndIsCounted() async throws {
        try await ledger.apply(LedgerWrite(position: SinkPosition(name: "sink", start: 0, cursor: 20, delivered: 20, filtered: 0, expired: 0)), after: 0)
        let gate = Gate()
        let sink = ScriptedSink(count: 5) { attempt, _ in
            if attempt == 1 { await gate.wait() }
            return .delivered(status: 200, id: nil)
        }
        let service = service([sink])
        service.start()
        #expect(try await service.replay(Self.wish(), isMade: true)?.isRepeated == false)
        await eventually { sink.begun == 2 }
        await eventually { await service.statuses()[0].replay?.delivered == 5 }
        #expect(await service.statuses()[0].queued.isEmpty, "it is under way")
        #expect(try await service.cancelReplays(sink: "sink")?.map(\.delivered) == [5])
        gate.open()
        await eventually { await service.statuses()[0].lastReplay?.cancelled != nil }
        let last = await service.statuses()[0].lastReplay
        #expect(last?.delivered == 10 && sink.begun == 2)
        #expect(try await ledger.nextReplay(of: "sink") == nil)
        #expect(try await ledger.jobs(limit: 1).first?.delivered == 10)
        await stop(service)
        await ledger.close()
    }
}
