import Delivery
import FindingModel
import Logging
import State
import Synchronization
import Testing

/// What every sink promises, whatever its system: one call of `run` in the sink's tests.
struct SinkConformance {
    let harness: any SinkHarness

    func run() async throws {
        try await deliversEverythingInOrder()
        try await failsAsAWholeAndDeliversLater()
        try await losesNothingOverRestarts()
        for seed in UInt64(1)...2 { try await deliversThroughFaults(seed) }
    }

    /// Tells what is a sink's failure from what is a change's own.
    func runOwnFaults() async throws {
        let ownFaults = OwnFaults(
            meet: { harness.meet($0) }, received: { try harness.received() }, makeSink: { _, _, clock in try harness.makeSink(clock) },
            change: { number, extent in
                var change = Change.finding(number)
                // Two or three changes of each record, but what is at fault holds nothing else up.
                if harness.ordersRecords, FaultPlan.way(of: change.id, oneIn: extent.oneIn) == nil { change.subject = "f_\(number % (extent.count * 3 / 7))" }
                return change
            }, knowsChanges: harness.knowsChanges)
        try await ownFaults.run()
    }

    private func ids(_ range: ClosedRange<UInt64>) -> [String] { Change.findings(range).map(\.id) }

    private func deliversEverythingInOrder() async throws {
        let sink = try harness.makeSink()
        let before = try harness.received().count
        var next: UInt64 = 1
        while next <= 100 {
            let batch = Change.findings(next...min(100, next + UInt64(sink.limits.count) - 1))
            #expect(await sink.deliver(batch).isDelivered)
            next += UInt64(batch.count)
        }
        #expect(try harness.received().dropFirst(before) == ids(1...100)[...])
        await sink.close()
    }

    private func failsAsAWholeAndDeliversLater() async throws {
        let sink = try harness.makeSink()
        let batch = Change.findings(101...(100 + UInt64(min(sink.limits.count, 20))))
        let before = try harness.received().count
        harness.fail(true)
        for _ in 0..<3 {
            let failure = await sink.deliver(batch).failure
            #expect(failure?.reason.isEmpty == false)
            #expect(failure?.reason.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f } == true)
        }
        harness.fail(false)
        #expect(await sink.deliver(batch).isDelivered)
        let after = try harness.received().dropFirst(before)
        #expect(after.suffix(batch.count) == batch.map(\.id)[...])
        await sink.close()
    }

    /// The gateway is stopped hard again and again while the sink fails now and then.
    private func losesNothingOverRestarts() async throws {
        let folder = try TemporaryFolder()
        let feed = ListFeed(Change.findings(1001...1300))
        let before = try harness.received().count
        for round in 0..<5 {
            let ledger = try Ledger(path: folder.path + "/ledger.db")
            let sink = try harness.makeSink()
            let service = DeliveryService(
                feed: feed, ledger: ledger, sinks: [.init(sink, from: .beginning)], routes: [Route(to: [sink.name])], clock: JumpingClock(),
                log: Logger(label: "tests", factory: { _ in SwiftLogNoOpLogHandler() }))
            service.start()
            let goal = before + (round == 4 ? 300 : 30 * (round + 1))
            try await eventually { try harness.received().count >= goal }
            harness.fail(true)
            await eventually { await service.statuses()[0].state != .delivering }
            harness.fail(false)
            if round == 4 {
                await eventually {
                    let status = await service.statuses()[0]
                    return status.pending == 0 && status.position.open == 0
                }
            }
            await service.stop(within: .zero)
            await ledger.close()
        }
        // What failed alone while others were taken comes after them.
        #expect(try firsts(after: before).sorted() == ids(1001...1300))
    }

    /// The ids that arrived, repetitions left out.
    private func firsts(after before: Int) throws -> [String] {
        var firsts: [String] = []
        var seen: Set<String> = []
        for id in try harness.received().dropFirst(before) where seen.insert(id).inserted { firsts.append(id) }
        return firsts
    }

    /// 1,000 changes while every class of fault meets a tenth of the requests: nothing is lost, nothing stands twice where the system can
    /// tell, and what it refuses for good is a dead letter with its own words.
    private func deliversThroughFaults(_ seed: UInt64) async throws {
        let plan = FaultPlan(seed: seed)
        harness.meet(plan)
        defer { harness.meet(nil) }
        let first = seed * 10_000
        let changes = Change.findings(first...(first + 999))
        let folder = try TemporaryFolder()
        let ledger = try Ledger(path: folder.path + "/ledger.db")
        let before = try harness.received().count
        let sink = try harness.makeSink()
        let service = DeliveryService(
            feed: ListFeed(changes), ledger: ledger, sinks: [.init(sink, from: .beginning)], routes: [Route(to: [sink.name])], clock: JumpingClock(),
            log: Logger(label: "tests", factory: { _ in SwiftLogNoOpLogHandler() }))
        service.start()
        await eventually(within: 60) {
            let status = await service.statuses()[0]
            return status.position.cursor == first + 999 && status.retrying + status.held + status.again == 0
        }
        await service.stop(within: .seconds(5))
        let refused = harness.refusesChanges ? changes.map(\.id).filter { FaultPlan.refuses($0) } : []
        let arrived = try harness.received().dropFirst(before)
        #expect(Set(arrived) == Set(changes.map(\.id)).subtracting(refused))
        if harness.tellsRepetitions { #expect(arrived.count == 1000 - refused.count) }
        let letters = try await ledger.letters(sink: sink.name, limit: 1000)
        #expect(Set(letters.map(\.item.changeID)) == Set(refused))
        #expect(letters.allSatisfy { $0.words?.contains(FaultPlan.words) == true })
        let position = try await ledger.position(of: sink.name)
        #expect(position?.delivered == UInt64(1000 - refused.count) && position?.open == UInt64(refused.count))
        #expect(plan.met > 0)
        await ledger.close()
    }
}

/// Changes that are all there from the beginning.
final class ListFeed: ChangeFeed {
    private let list: [Change]

    init(_ list: [Change]) { self.list = list }

    func changes(after sequence: UInt64, limit: Int, maxBytes: Int) async throws -> [Change] {
        Array(list.drop { $0.sequence <= sequence }.prefix(limit))
    }

    func lastSequence() async throws -> UInt64 { list.last?.sequence ?? 0 }

    func firstSequence(from beginning: ReceiptBound) async throws -> UInt64 {
        list.first { beginning.begins(before: $0) }?.sequence ?? (list.last?.sequence ?? 0) + 1
    }

    func lastSequence(before end: ReceiptBound) async throws -> UInt64 { list.last { end.ends(behind: $0) }?.sequence ?? 0 }

    func isCaughtUp() async throws -> Bool { true }

    func place(of id: String) async throws -> ChangePlace { list.first { $0.id == id }.map { .at($0.sequence) } ?? .gone(after: 0) }

    func newestChange(of uid: String) async throws -> Change? { list.last { $0.subject == uid } }

    func waitForChange(after sequence: UInt64, in epoch: UInt64) async {
        // Nothing is ever added: only being cancelled ends the wait.
        try? await Task.sleep(for: .seconds(86_400))
    }
}
