import FindingModel
import State
import Synchronization
import Testing

@testable import Delivery

/// Dead letters that are tried again, at a sink that keeps one state of each record.
struct SupersededTests: PumpTesting {
    let bench: PumpBench

    init() throws { bench = try PumpBench() }

    /// What happened to the record after its first change, which the sink refused.
    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        /// The types of the record's later changes.
        let types: [String]
        /// Those of them that are refused, too.
        var refused: Set<UInt64> = []
        let isSuperseded: Bool
    }

    static let cases = [
        Case(testDescription: "nothing", types: [], isSuperseded: false),
        Case(testDescription: "a later one was taken", types: ["finding.fixed"], isSuperseded: true),
        Case(testDescription: "the only later one is a dead letter itself", types: ["finding.fixed"], refused: [2], isSuperseded: false),
        Case(
            testDescription: "the newest is a dead letter, one before it was taken", types: ["finding.fixed", "finding.reopened"], refused: [3],
            isSuperseded: true),
        Case(testDescription: "no route takes the newest, and one before it was taken", types: ["finding.fixed", "finding.updated"], isSuperseded: true),
        Case(testDescription: "no route takes the only later one", types: ["finding.updated"], isSuperseded: false),
    ]

    @Test(arguments: cases, [true, false])
    func anOlderStateNeverFollowsANewerOne(_ history: Case, _ isRunning: Bool) async throws {
        let record = ["finding.opened"] + history.types
        feed.append(record.enumerated().map { Change.finding(UInt64($0.offset + 1), type: $0.element, record: "f_1") })
        // Others that are taken, so that the sink is not the reason.
        feed.append((10...12).map { Change.finding($0) })
        let refused = history.refused.union([1])
        let first = ScriptedSink(count: 1, keepsOneState: true) { _, batch in
            refused.contains(batch[0].sequence) ? .reject(DeliveryFailure("no", status: 400)) : .delivered(status: 200, id: nil)
        }
        var condition = RouteCondition()
        condition.types = ["finding.opened", "finding.fixed", "finding.reopened"].map { WildcardPattern($0) }
        let routes = [Route(to: ["sink"], when: condition)]
        var service = service([first], routes: routes)
        service.start()
        await eventually { await savedCursor() == 12 }
        let id = try #require(feed.all.first?.id)
        let second = ScriptedSink(count: 1, keepsOneState: true)
        if isRunning {
            let last = first.attempts.count
            #expect(try await service.settle(.retry, sink: "sink", changes: [id]) == 1)
            await eventually { (try? await ledger.letters(sink: "sink", changes: [id], limit: 1).isEmpty) == true || first.attempts.count > last }
            await stop(service)
        } else {
            await stop(service)
            #expect(try await DeadLetterSettlement.offline(.retry, ledger, sink: "sink", changes: [id], now: ManualClock().now) == 1)
            service = self.service([second], routes: routes)
            service.start()
            await eventually { (try? await ledger.state(of: "sink"))?.open.isEmpty == true }
            await stop(service)
        }
        let retried = isRunning ? first.attempts.filter { $0.sequences == [1] }.count - 1 : second.attempts.filter { $0.sequences == [1] }.count
        #expect(retried == (history.isSuperseded ? 0 : 1))
        #expect(try await ledger.position(of: "sink")?.superseded == (history.isSuperseded ? 1 : 0))
        await ledger.close()
    }

    /// What else can become of the record's second change, so that the sink does not have what the row of changes says.
    enum Fate: CaseIterable, Sendable {
        /// A person dropped it.
        case dropped
        /// A dead letter as well, that a replay has told all the same.
        case replayed
        /// No route took it then, and one does now.
        case unrouted
        /// A route took it then, and none does now.
        case unroutedSince

        var isTold: Bool { self == .replayed || self == .unroutedSince }
    }

    /// Only what the sink really took counts: it is never told an older state after that, and always what it never got.
    @Test(arguments: Fate.allCases, [true, false])
    func onlyWhatTheSinkTookIsNewer(_ fate: Fate, _ isRunning: Bool) async throws {
        feed.append([Change.finding(1, record: "f_1"), .finding(2, type: "finding.fixed", record: "f_1")] + (10...12).map { Change.finding($0) })
        let refused = Mutex<Set<UInt64>>(fate == .unroutedSince ? [1] : [1, 2])
        let sink = ScriptedSink(count: 1, keepsOneState: true) { _, batch in
            let isRefused = refused.withLock { $0 }.contains(batch[0].sequence)
            return isRefused ? .reject(DeliveryFailure("no", status: 400)) : .delivered(status: 200, id: nil)
        }
        var condition = RouteCondition()
        condition.types = [WildcardPattern("finding.opened")]
        let few = [Route(to: ["sink"], when: condition)], all = [Route(to: ["sink"])]
        let ids = feed.all.map(\.id)
        var service = service([sink], routes: fate == .unrouted ? few : all)
        service.start()
        await eventually { await savedCursor() == 12 }
        refused.withLock { $0 = [] }
        switch fate {
        case .dropped: #expect(try await service.settle(.drop, sink: "sink", changes: [ids[1]]) == 1)
        case .replayed:
            let wish = ReplayWish(sink: "sink", from: .wall(Timestamp(milliseconds: 2000)), to: nil, types: ["finding.fixed"], rate: nil, who: "me")
            #expect(try await service.replay(wish, isMade: true)?.job.wanted == 1)
            await eventually { (try? await ledger.openReplays(of: "sink").isEmpty) == true }
        case .unrouted, .unroutedSince:
            await stop(service)
            let next = self.service([sink], routes: fate == .unrouted ? all : few)
            next.start()
            await eventually { await next.statuses()[0].state == .idle }
            service = next
        }
        if isRunning {
            #expect(try await service.settle(.retry, sink: "sink", changes: [ids[0]]) == 1)
        } else {
            await stop(service)
            #expect(try await DeadLetterSettlement.offline(.retry, ledger, sink: "sink", changes: [ids[0]], now: ManualClock().now) == 1)
            service = self.service([sink], routes: fate == .unroutedSince ? few : all)
            service.start()
        }
        await eventually { (try? await ledger.state(of: "sink"))?.open.isEmpty == true }
        await stop(service)
        #expect(sink.taken.filter { $0 == 1 }.count == (fate.isTold ? 0 : 1))
        #expect(try await ledger.position(of: "sink")?.superseded == (fate.isTold ? 1 : 0))
        await ledger.close()
    }

    @Test func lettersOfASinkThatHasLeftTheConfigurationAreSettledInTheLedger() async throws {
        feed.append(Change.findings(1...3))
        let sink = ScriptedSink(count: 1) { _, batch in batch[0].sequence == 2 ? .reject(DeliveryFailure("no")) : .delivered(status: 200, id: nil) }
        let service = service([sink])
        service.start()
        await eventually { await savedCursor() == 3 }
        service.reconfigure(sinks: [.init(ScriptedSink("other"), from: .beginning)], routes: [Route(to: ["other"])])
        await eventually { sink.closed == 1 }
        #expect(try await service.settle(.drop, sink: "sink", changes: []) == 1)
        #expect(try await ledger.position(of: "sink")?.dropped == 1)
        #expect(try await service.settle(.drop, sink: "nobody", changes: []) == nil)
        await stop(service)
        await ledger.close()
    }
}
