import FindingModel
import State
import Synchronization
import Testing

@testable import Delivery

/// Replays to sinks that keep one state of each record: they get what the record says now, once, and never anything older than they have.
struct StateReplayTests: PumpTesting {
    let bench: PumpBench

    init() throws { bench = try PumpBench() }

    private static let types = ["finding.opened", "finding.fixed", "finding.reopened", "finding.updated"]

    /// One record that was opened, another one, then the first one's fix, and a third.
    private static let history = [
        Change.finding(1, record: "f_a"), .finding(2, record: "f_b"), .finding(3, type: "finding.fixed", status: "fixed", record: "f_a"),
        .finding(4, record: "f_c"),
        .finding(5, type: "finding.updated", record: "f_c"),
    ]

    private static func wish(_ first: Int64, _ last: Int64, _ types: [String] = []) -> ReplayWish {
        let bounds = [first, last + 1].map { ReceiptBound.wall(Timestamp(milliseconds: $0 * 1000)) }
        return ReplayWish(sink: "sink", from: bounds[0], to: bounds[1], types: types, rate: nil, who: "me")
    }

    /// Sends a stretch again and returns the job and what the sink was given.
    private func replay(_ wish: ReplayWish, _ service: DeliveryService, _ sink: ScriptedSink) async throws -> (job: ReplayJob, given: [UInt64]) {
        let before = sink.attempts.count
        let planned = try #require(try await service.replay(wish, isMade: false)).job.wanted
        #expect(try await service.replay(wish, isMade: true)?.job.wanted == planned)
        await eventually { (try? await ledger.openReplays(of: "sink").isEmpty) == true }
        let job = try #require(try await ledger.jobs(limit: 1).first)
        #expect(job.wanted == planned, "the number that was said before is the one that is reached")
        return (job, sink.attempts.dropFirst(before).flatMap(\.sequences))
    }

    struct Stretch: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let wish: ReplayWish
        let given: [UInt64]
    }

    static let stretches = [
        Stretch(testDescription: "ends before the fix", wish: wish(1, 2), given: [3, 2]),
        Stretch(testDescription: "takes what was opened", wish: wish(1, 5, ["finding.opened"]), given: [3, 2, 5]),
        Stretch(testDescription: "takes everything", wish: wish(1, 5), given: [2, 3, 5]),
        Stretch(testDescription: "takes the fix alone", wish: wish(1, 5, ["finding.fixed"]), given: [3]),
    ]

    @Test(arguments: stretches, [1, 2, 10])
    func aReplaySendsWhatEachRecordSaysNowAndOnce(_ stretch: Stretch, _ count: Int) async throws {
        feed.append(Self.history)
        let sink = ScriptedSink(count: count, keepsOneState: true), service = service([sink])
        service.start()
        await eventually { await savedCursor() == 5 }
        let (job, given) = try await replay(stretch.wish, service, sink)
        #expect(given.sorted() == stretch.given.sorted(), "\(given)")
        #expect(job.wanted == UInt64(stretch.given.count) && job.delivered == job.wanted && job.refused == 0)
        let told = try await ledger.told("sink", of: ["f_a", "f_b", "f_c"])
        #expect(told.mapValues(\.change) == ["f_a": Self.history[2].id, "f_b": Self.history[1].id, "f_c": Self.history[4].id])
        await stop(service)
        await ledger.close()
    }

    /// A system of tickets looks the state up by itself: it is asked once for each record.
    @Test func aSinkThatLooksStatesUpIsAskedOnceForEachRecord() async throws {
        feed.append(Self.history)
        let sink = ScriptedSink(count: 1, keepsOneState: true, looksStatesUp: true), service = service([sink])
        service.start()
        await eventually { await savedCursor() == 5 }
        let (job, given) = try await replay(Self.wish(1, 4), service, sink)
        #expect(given == [2, 3, 4] && job.wanted == 3 && job.delivered == 3)
        #expect(try await ledger.told("sink", of: ["f_a"])["f_a"]?.change == nil)
        await stop(service)
        await ledger.close()
    }

    /// What no route takes any more, or was erased, is no state to send, and what is older than what the sink has neither.
    @Test(arguments: [true, false])
    func whatMayNotBeSentIsNoPresentState(_ isErased: Bool) async throws {
        var changes = Self.history
        // Newer than many others of its record that no route takes.
        changes += (6...80).map { Change.finding($0, type: "finding.updated", severity: "low", record: "f_b") }
        if isErased { changes[2].isErased = true }
        feed.append(changes)
        var condition = RouteCondition()
        condition.minimumSeverity = .init(.high)
        let sink = ScriptedSink(count: 1, keepsOneState: true)
        var service = service([sink], routes: [Route(to: ["sink"], when: condition)])
        service.start()
        await eventually { await savedCursor() == 80 }
        let (job, given) = try await replay(Self.wish(1, 2), service, sink)
        #expect(given == [isErased ? 1 : 3, 2] && job.delivered == 2)
        await stop(service)
        // A route takes all of them: the sink has the last state of all.
        service = self.service([sink])
        service.start()
        _ = try await replay(Self.wish(1, 80), service, sink)
        await stop(service)
        service = self.service([sink], routes: [Route(to: ["sink"], when: condition)])
        service.start()
        let again = try await replay(Self.wish(2, 2), service, sink)
        #expect(again.given.isEmpty && again.job.delivered == 1, "the sink has a newer state than a route takes now")
        #expect(try await ledger.told("sink", of: ["f_b"])["f_b"]?.change == changes[79].id)
        await stop(service)
        await ledger.close()
    }

    /// Whatever sends something again, a sink is never given an older state of a record than one that it took.
    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func noStateFollowsANewerOne(_ seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let random40 = (1...40 as ClosedRange<UInt64>).map { sequence in
            let type = Self.types.randomElement(using: &random) ?? "finding.opened"
            return Change.finding(sequence, type: type, record: "f_\(Int.random(in: 1...5, using: &random))")
        }
        let chance = Mutex(SeededRandom(seed: seed &+ 1000)), isCalm = Mutex(false), newest = Mutex<[String: UInt64]>([:])
        let sink = ScriptedSink(count: Int.random(in: 1...3, using: &random), keepsOneState: true) { _, batch in
            for change in batch { newest.withLock { #expect($0[change.subject] ?? 0 <= change.sequence, "seed \(seed)") } }
            let outcome = isCalm.withLock { $0 } ? .delivered(status: 200, id: nil) : chance.withLock { Self.outcome(of: batch, &$0) }
            switch outcome {
            case .delivered: for change in batch { newest.withLock { $0[change.subject] = change.sequence } }
            case .items(let items, _, _):
                for (change, item) in zip(batch, items) where item.isTaken { newest.withLock { $0[change.subject] = change.sequence } }
            default: break
            }
            return outcome
        }
        feed.append(Array(random40.prefix(20)))
        var service = service([sink], clock: ManualClock(isAutomatic: true))
        service.start()
        for round in 0..<6 {
            if round == 2 { feed.append(Array(random40.dropFirst(20))) }
            isCalm.withLock { $0 = round > 3 }
            let first = Int64.random(in: 1...40, using: &random)
            let types = Bool.random(using: &random) ? [] : Array(Self.types.shuffled(using: &random).prefix(2))
            _ = try await service.replay(Self.wish(first, Int64.random(in: first...60, using: &random), types), isMade: true)
            _ = try await service.settle(.retry, sink: "sink", changes: [])
            let attempts = sink.attempts.count + Int.random(in: 0...6, using: &random)
            await eventually {
                if sink.attempts.count >= attempts { return true }
                guard await savedCursor() == feed.all.last?.sequence else { return false }
                return (try? await ledger.openReplays(of: "sink").isEmpty) == true
            }
            guard Bool.random(using: &random) else { continue }
            await stop(service)
            service = self.service([sink], clock: ManualClock(isAutomatic: true))
            service.start()
        }
        await eventually {
            let state = try? await ledger.state(of: "sink")
            guard state?.position.cursor == 40, state?.open.isEmpty == true else { return false }
            return (try? await ledger.openReplays(of: "sink").isEmpty) == true
        }
        await stop(service)
        let told = try await ledger.told("sink", of: Set((1...5).map { "f_\($0)" })).compactMapValues(\.change)
        let names = Dictionary(feed.all.map { ($0.sequence, $0.id) }) { first, _ in first }
        #expect(told == newest.withLock { $0.compactMapValues { names[$0] } }, "seed \(seed): the ledger names what the sink has")
        await ledger.close()
    }

    /// Some taken, some not, one in eight refused for good.
    private static func outcome(of batch: [Change], _ random: inout SeededRandom) -> DeliveryOutcome {
        let failure = DeliveryFailure("no", status: 400)
        switch Int.random(in: 0..<8, using: &random) {
        case 0: return batch.count == 1 ? .reject(failure) : .split(failure)
        case 1: return .pause(DoubtTests.forbidden)
        case 2: return .retry(DoubtTests.broken)
        case 3:
            let isRetry = Bool.random(using: &random)
            return .items(batch.indices.map { $0 % 2 == 0 ? .delivered : isRetry ? .retry(failure) : .reject(failure) }, status: 200, id: nil)
        default: return .delivered(status: 200, id: nil)
        }
    }
}
