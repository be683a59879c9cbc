import FindingModel
import Logging
import State
import Testing

@testable import Delivery

/// The other side of a ticket system under test: a peer that speaks the system's API.
protocol TicketHarness: Sendable {
    func makeSystem(_ clock: any DeliveryClock, rules: TicketRules) throws -> any TicketSystem
    /// Empties the peer, whose clock is from now on `clock`.
    func begin(_ clock: any DeliveryClock)
    /// Has the peer ask `plan` about each request from now on, or no longer.
    func meet(_ plan: FaultPlan?)
    /// In the order in which they were made.
    func tickets() -> [TicketHarnessTicket]
    /// How many tickets there are.
    var made: Int { get }
    /// The transition that closes a ticket.
    var closing: String { get }
    /// Whether a comment whose answer was lost may stand there twice.
    var repeatsComments: Bool { get }
}

/// What the peer has.
struct TicketHarnessTicket: Sendable {
    let mark: String
    let isOpen: Bool
    let comments: [String]
    let text: String
}

/// What every sink of tickets promises, whatever its system, with the engine in front of it.
struct TicketConformance {
    let harness: any TicketHarness

    func run() async throws {
        for seed in UInt64(1)...2 { try await makesOneTicketEachThroughFaults(seed) }
        try await makesOneTicketEachThroughKills()
        try await followsAFindingsLifeThroughFaults()
        try await putsAFloodIntoOneTicket()
    }

    /// Tells what is the system's failure from what is a ticket's own.
    func runOwnFaults() async throws {
        let ownFaults = OwnFaults(
            meet: { harness.meet($0) }, received: { harness.tickets().map { "abcdefgh-\($0.mark.dropFirst("weir-f_".count))-1" } },
            makeSink: { ledger, feed, clock in try sink(ledger, feed, clock) }, change: { number, _ in .finding(.sample("f_\(number)"), number) })
        let extent = OwnFaults.Extent.wanted(short: .shortest)
        try await ownFaults.run(extent)
        for seed in extent.seeds { try await tellsEveryTicketThatCanBeTold(seed, isClosing: seed.isMultiple(of: 2)) }
    }

    private func sink(_ ledger: Ledger, _ feed: any ChangeFeed, _ clock: any DeliveryClock) throws -> TicketSink {
        harness.begin(clock)
        var rules = TicketRules()
        rules.newPerHour = 10_000
        rules.onFixed = .transition(harness.closing)
        return TicketSink(try harness.makeSystem(clock, rules: rules), rules: rules, ledger: ledger, feed: feed, clock: clock)
    }

    /// Tickets that were closed, moved or locked by somebody, each in its way, when their findings are fixed or become worse: all others are told within
    /// a minute.
    private func tellsEveryTicketThatCanBeTold(_ seed: UInt64, isClosing: Bool) async throws {
        let folder = try TemporaryFolder(isMemory: true)
        let ledger = try Ledger(path: folder.path + "/ledger.db")
        let clock = SteppedClock()
        let start = clock.now, count: UInt64 = 70, oneIn = 10
        var changes = changes(1...count)
        for number in 1...count {
            let finding = Finding.sample("f_\(number)", status: isClosing ? .fixed : .open, severity: isClosing ? .high : .critical)
            var change = Change.finding(finding, count + number, type: isClosing ? "finding.fixed" : "finding.updated")
            change.receivedTime = start.advanced(byMilliseconds: Int64(600_000 + number * 20_000))
            changes.append(change)
        }
        let feed = ArrivingFeed(changes, clock)
        let recording = RecordingSink(try sink(ledger, feed, clock), clock: clock)
        var delivery = try await SteppedDelivery(recording, feed, ledger, clock, seed: seed)
        try await delivery.drive { machine, _ in machine.position.delivered >= count }
        harness.meet(FaultPlan(seed: seed, .poisons(oneIn: oneIn, isOut: false)))
        let end = start.advanced(byMilliseconds: 3 * 3_600_000)
        try await delivery.drive { _, now in now >= end }
        let stuck = changes.prefix(Int(count)).filter { FaultPlan.way(of: $0.id, oneIn: oneIn) != nil }.map(\.subject)
        #expect(untold(isClosing).sorted() == stuck.sorted() && stuck.count == 7, "seed \(seed)")
        for change in changes.dropFirst(Int(count)) where !stuck.contains(change.subject) {
            let told = recording.attempts.first { $0.taken.contains(change.sequence) }?.time
            #expect(told.map { $0.milliseconds - change.receivedTime.milliseconds <= 60_000 } == true, "seed \(seed): \(change.subject)")
        }
        #expect(delivery.machine.position.open == 7 && delivery.machine.position.cursor == 2 * count)
        harness.meet(nil)
        try await delivery.retryLetters()
        try await delivery.drive { machine, _ in machine.open.count == 0 }
        #expect(untold(isClosing).isEmpty && delivery.machine.position.delivered == 2 * count)
        await ledger.close()
    }

    /// The findings whose tickets say nothing of what became of them.
    private func untold(_ isClosing: Bool) -> [String] {
        harness.tickets().filter { isClosing ? $0.isOpen : $0.comments.isEmpty }.map { String($0.mark.dropFirst("weir-".count)) }
    }

    private func changes(_ range: ClosedRange<UInt64>) -> [Change] { range.map { .finding(.sample("f_\($0)"), $0) } }

    private func service(
        _ ledger: Ledger, _ feed: ListFeed, _ clock: any DeliveryClock, _ change: (inout TicketRules) -> Void = { _ in }
    ) throws -> DeliveryService {
        var rules = TicketRules()
        rules.newPerHour = 10_000
        change(&rules)
        let sink = TicketSink(try harness.makeSystem(clock, rules: rules), rules: rules, ledger: ledger, feed: feed, clock: clock)
        return DeliveryService(
            feed: feed, ledger: ledger, sinks: [.init(sink, from: .beginning)], routes: [Route(to: ["tickets"])], clock: clock,
            log: Logger(label: "tests", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    private func drain(_ service: DeliveryService, to last: UInt64) async {
        await eventually(within: 120) {
            let status = await service.statuses()[0]
            return status.position.cursor == last && status.retrying + status.held + status.again == 0
        }
    }

    /// A tenth of all requests meets a fault; some findings are refused for good.
    private func makesOneTicketEachThroughFaults(_ seed: UInt64) async throws {
        let folder = try TemporaryFolder()
        let ledger = try Ledger(path: folder.path + "/ledger.db")
        let clock = JumpingClock()
        harness.begin(clock)
        let plan = FaultPlan(seed: seed)
        harness.meet(plan)
        let changes = changes(1...1000)
        let service = try service(ledger, ListFeed(changes), clock)
        service.start()
        await drain(service, to: 1000)
        await service.stop(within: .seconds(5))
        harness.meet(nil)
        let refused = changes.filter { FaultPlan.refuses($0.id) }
        let marks = harness.tickets().map(\.mark)
        #expect(marks.count == 1000 - refused.count && Set(marks).count == marks.count)
        #expect(Set(marks) == Set(changes.map { "weir-\($0.subject)" }).subtracting(refused.map { "weir-\($0.subject)" }))
        let letters = try await ledger.letters(sink: "tickets", limit: 1000)
        #expect(Set(letters.map(\.item.changeID)) == Set(refused.map(\.id)) && letters.allSatisfy { $0.words?.contains(FaultPlan.words) == true })
        #expect(plan.met > 50)
        await ledger.close()
    }

    /// The gateway is stopped a hundred times in the middle of whatever it is doing.
    private func makesOneTicketEachThroughKills() async throws {
        let folder = try TemporaryFolder()
        let clock = JumpingClock()
        harness.begin(clock)
        let changes = changes(1...200)
        let feed = ListFeed(changes)
        for round in 0..<101 {
            let ledger = try Ledger(path: folder.path + "/ledger.db")
            let service = try service(ledger, feed, clock)
            service.start()
            if round < 100 {
                let goal = min(200, harness.made + 1 + round % 3)
                await eventually { harness.made >= goal }
            } else {
                await drain(service, to: 200)
            }
            await service.stop(within: .zero)
            await ledger.close()
        }
        #expect(harness.tickets().map(\.mark).sorted() == changes.map { "weir-\($0.subject)" }.sorted())
    }

    /// Each finding is opened, fixed and opened again, and ends fixed when its number is even.
    private func followsAFindingsLifeThroughFaults() async throws {
        let folder = try TemporaryFolder()
        let ledger = try Ledger(path: folder.path + "/ledger.db")
        let clock = JumpingClock()
        harness.begin(clock)
        var all: [Change] = []
        var sequence: UInt64 = 0
        for (status, type) in [(FindingStatus.open, "finding.opened"), (.fixed, "finding.fixed"), (.reopened, "finding.reopened"), (.fixed, "finding.fixed")] {
            for number in 1...40 where type != "finding.fixed" || all.count < 100 || number.isMultiple(of: 2) {
                sequence += 1
                all.append(.finding(.sample("f_x\(number)", status: status), sequence, type: type))
            }
            // The engine tells what a record says now, so each step is told before the next is known.
            let goal = sequence
            harness.meet(FaultPlan(seed: sequence, faults: [.unavailable, .slowDown, .reset, .resetAfter, .cut]))
            let service = try service(ledger, ListFeed(all), clock) { $0.onFixed = .transition(harness.closing) }
            service.start()
            await drain(service, to: goal)
            await service.stop(within: .seconds(5))
        }
        harness.meet(nil)
        let tickets = harness.tickets()
        #expect(tickets.count == 40 && Set(tickets.map(\.mark)).count == 40)
        for ticket in tickets {
            let number = Int(ticket.mark.dropFirst("weir-f_x".count)) ?? 0
            #expect(ticket.isOpen == !number.isMultiple(of: 2), "\(ticket)")
            let count = number.isMultiple(of: 2) ? 3 : 2
            #expect(harness.repeatsComments ? Set(ticket.comments).count == count : ticket.comments.count == count, "\(ticket.comments)")
        }
        await ledger.close()
    }

    private func putsAFloodIntoOneTicket() async throws {
        let folder = try TemporaryFolder()
        let ledger = try Ledger(path: folder.path + "/ledger.db")
        let clock = JumpingClock()
        harness.begin(clock)
        let service = try service(ledger, ListFeed(changes(1...60)), clock) { $0.newPerHour = 10 }
        service.start()
        await drain(service, to: 60)
        await service.stop(within: .seconds(5))
        let tickets = harness.tickets()
        #expect(tickets.count == 11 && tickets.filter { $0.mark.hasPrefix("weir-f_") }.count == 10)
        let parent = tickets.first { !$0.mark.hasPrefix("weir-f_") }
        #expect(parent?.text.contains("f_60") == true)
        await ledger.close()
    }
}
