import FindingModel
import GRDB
import Synchronization
import Testing

@testable import Delivery

struct TicketSinkTests {
    let folder: TemporaryFolder
    let ledger: Ledger
    let feed = MemoryFeed()
    let clock = ManualClock(isAutomatic: true)

    init() throws {
        folder = try TemporaryFolder()
        ledger = try Ledger(path: folder.path + "/ledger.db")
    }

    private func sink(_ system: ScriptedTickets, _ change: (inout TicketRules) -> Void = { _ in }) -> TicketSink {
        var rules = TicketRules()
        change(&rules)
        return TicketSink(system, rules: rules, ledger: ledger, feed: feed, clock: clock)
    }

    /// Adds the next change of a record and hands it over.
    private func tell(
        _ sink: TicketSink, _ record: String, _ status: FindingStatus = .open, _ severity: Severity = .high, resources: [String] = ["host"]
    ) async throws -> ItemOutcome? {
        let change = Change.ticketed(try await feed.lastSequence() + 1, record, status, severity, resources: resources)
        feed.append([change])
        guard case .items(let items, _, _) = await sink.deliver([change]) else { return nil }
        return items.first
    }

    @Test func aRecordHasOneTicketThatFollowsIt() async throws {
        let system = ScriptedTickets(clock: clock)
        let sink = sink(system) { $0.onFixed = .transition("Done") }
        #expect(try await tell(sink, "f_a") == .taken(.create))
        #expect(try await tell(sink, "f_a", .open, .critical) == .taken(.update))
        #expect(try await tell(sink, "f_a", .open, .critical, resources: ["host", "other"]) == .taken(.update))
        #expect(try await tell(sink, "f_a", .fixed, .critical, resources: ["host", "other"]) == .taken(.close))
        #expect(system.tickets.count == 1 && system.tickets[0].mark == "weir-f_a")
        #expect(system.tickets[0].notes == ["high→critical", "resources", "fixed"] && !system.tickets[0].isOpen && system.tickets[0].updates == 2)
        #expect(try await tell(sink, "f_a", .reopened, .critical, resources: ["host", "other"]) == .taken(.update))
        #expect(system.tickets[0].isOpen && system.tickets[0].notes.last == "reopened" && system.tickets.count == 1)
    }

    @Test func onlyThePresentStateIsToldAndOlderChangesAreSuperseded() async throws {
        let system = ScriptedTickets(clock: clock)
        let sink = sink(system)
        let changes = [
            Change.ticketed(1, "f_a", .open, .low), .ticketed(2, "f_a", .open, .high), .ticketed(3, "f_b", .fixed, .low), .ticketed(4, "f_a", .open, .info),
        ]
        feed.append(changes)
        #expect(await sink.deliver(changes) == .items([.taken(.create), .superseded, .taken(.nothing), .superseded], status: nil, id: nil))
        #expect(system.tickets.map(\.mark) == ["weir-f_a"] && system.calls == ["create"])
    }

    /// The scan's end says nothing about the system, and what stands behind the failure was not tried.
    @Test(arguments: [true, false])
    func aFailureBehindAChangeThatNeedsNoTicketIsThatOfTheOneThatNeedsIt(_ isPause: Bool) async throws {
        let failure = DeliveryFailure("Team is required")
        let system = ScriptedTickets(clock: clock) { what, _ in what == "create" ? .refuse(failure, isPause: isPause) : nil }
        var scan = Change.ticketed(1, "s_a", .open, .high)
        scan.kind = .scan
        let changes = [scan, .ticketed(2, "f_a", .open, .high), .ticketed(3, "f_b", .open, .high)]
        feed.append(changes)
        let outcomes: [ItemOutcome] = [.superseded, .failed(failure.at(.create), isRefusal: isPause), .untried]
        #expect(await sink(system).deliver(changes) == .items(outcomes, status: nil, id: nil))
        #expect(system.tickets.isEmpty && system.calls == ["create"])
    }

    @Test func aLostAnswerMakesNoSecondTicket() async throws {
        for fault in [ScriptedTickets.Fault.losesAnswer, .losesRequest] {
            let system = ScriptedTickets(clock: clock) { what, before in what == "create" && before == 0 ? fault : nil }
            let sink = sink(system)
            let record = "f_\(fault)".prefix(8)
            guard case .retry(let failure)? = try await tell(sink, String(record)) else {
                Issue.record("not put off")
                return
            }
            #expect(failure.retryAfter == .seconds(300) && failure.mayHaveArrived)
            let change = try #require(try await feed.newestChange(of: String(record)))
            // Too early: the search may not know it yet.
            guard case .items(let items, _, _) = await sink.deliver([change]), case .retry? = items.first else {
                Issue.record("not put off again")
                return
            }
            #expect(system.calls == ["create"])
            try await clock.sleep(for: .seconds(300))
            #expect(await sink.deliver([change]) == .items([.taken(.create)], status: nil, id: nil))
            #expect(system.tickets.count == 1)
        }
    }

    @Test func aRefusalLeavesNoIntentBehind() async throws {
        let system = ScriptedTickets(clock: clock) { _, before in
            switch before {
            case 0: .refuse(DeliveryFailure("answered 503", status: 503))
            case 1: .refuse(DeliveryFailure("answered 401", status: 401), isPause: true)
            case 2: .reject(DeliveryFailure("answered 400: field customfield_1 is required", status: 400))
            default: nil
            }
        }
        let sink = sink(system)
        let change = Change.ticketed(1, "f_a", .open, .high)
        feed.append([change])
        #expect(await sink.deliver([change]) == .retry(DeliveryFailure("answered 503", status: 503, work: .create)))
        #expect(await sink.deliver([change]) == .pause(DeliveryFailure("answered 401", status: 401, work: .create)))
        #expect(try await ledger.ticket(of: "f_a", sink: "tickets") == nil)
        #expect(
            await sink.deliver([change])
                == .items([.reject(DeliveryFailure("answered 400: field customfield_1 is required", status: 400))], status: nil, id: nil))
        #expect(await sink.deliver([change]) == .items([.taken(.create)], status: nil, id: nil))
        #expect(system.tickets.count == 1)
    }

    @Test func aDeletedTicketIsADeadLetterAndIsNotMadeAgain() async throws {
        let system = ScriptedTickets(clock: clock)
        let sink = sink(system)
        #expect(try await tell(sink, "f_a") == .taken(.create))
        system.delete("T-1")
        // Before the search must know it, a 404 may be somebody else's.
        #expect(try await tell(sink, "f_a", .fixed) == nil)
        #expect(system.calls.suffix(2) == ["comment", "find"])
        try await clock.sleep(for: .seconds(300))
        let gone = DeliveryFailure("answered 404: issue does not exist", status: 404, work: .close)
        #expect(try await tell(sink, "f_a", .fixed) == .reject(gone))
        #expect(try await tell(sink, "f_a", .reopened) == .reject(DeliveryFailure("the ticket T-1 was deleted")))
        #expect(system.tickets.count == 1)
    }

    /// A moved issue has another name; its mark is still on it.
    @Test func aMovedTicketIsFoundByItsMarkAndTold() async throws {
        let system = ScriptedTickets(clock: clock)
        let sink = sink(system)
        #expect(try await tell(sink, "f_a") == .taken(.create))
        try await clock.sleep(for: .seconds(300))
        system.move("T-1", to: "OTHER-7")
        #expect(try await tell(sink, "f_a", .fixed) == .taken(.close))
        #expect(system.tickets.count == 1 && system.tickets[0].notes == ["fixed"])
        #expect(try await ledger.ticket(of: "f_a", sink: "tickets")?.reference?.id == "OTHER-7")
    }

    /// With another `url:` the numbers that the ledger knows are those of other people's tickets.
    @Test func aSystemAtAnotherAddressIsAskedForTheMarkFirst() async throws {
        let old = ScriptedTickets(clock: clock), before = sink(old) { $0.newPerHour = 3 }
        for record in ["f_a", "f_b", "f_c", "f_d", "f_gone"] { _ = try await tell(before, record) }
        try await clock.sleep(for: .seconds(3601))
        old.delete("T-2")
        #expect(try await tell(before, "f_b", .open, .critical)?.isTaken == false)
        // Another has tickets of those numbers; and one of ours was taken over by it.
        let new = ScriptedTickets(clock: clock, site: "https://elsewhere.example/")
        for number in 1...5 { _ = await new.create(TicketContent(mark: "other-\(number)", finding: .test(at: clock.now), changeID: "x-\(number)")) }
        new.takeOver(old.tickets.filter { $0.mark == "weir-f_a" })
        let sink = sink(new) { $0.newPerHour = 3 }
        for record in ["f_a", "f_b", "f_c"] { #expect(try await tell(sink, record, .open, .low)?.isTaken == true, "\(record)") }
        #expect(try await tell(sink, "f_d", .open, .low) == .taken(.update))
        #expect(new.tickets.prefix(5).allSatisfy { $0.notes.isEmpty && $0.updates == 0 && $0.table == nil })
        #expect(new.tickets.dropFirst(5).map(\.mark).prefix(3) == ["weir-f_a", "weir-f_b", "weir-f_c"])
        #expect(new.tickets[5].notes.isEmpty && new.tickets[5].updates == 1 && new.tickets.last?.table?.count == 2 && new.tickets.count == 9)
        // What was fixed meanwhile has no ticket there, and needs none; and once found, a ticket is not looked for again.
        let calls = new.calls.count
        #expect(try await tell(sink, "f_a", .fixed, .low) == .taken(.close))
        #expect(!new.calls.dropFirst(calls).contains("find"))
        #expect(old.tickets.allSatisfy { $0.notes.isEmpty })
    }

    /// A `url:` that was wrong for a while, or is changed to and fro, makes no second ticket where there is one, and leaves none with what it once said.
    @Test func whoComesBackFindsTheTicketsThatWereThere() async throws {
        let old = ScriptedTickets(clock: clock), new = ScriptedTickets(clock: clock, site: "https://elsewhere.example/")
        let wrong = ScriptedTickets(clock: clock, site: "https://wrong.example/") { what, _ in
            what == "create" ? .refuse(DeliveryFailure("no such project", status: 400), isPause: true) : nil
        }
        let lossy = ScriptedTickets(clock: clock, site: "https://lossy.example/") { what, _ in what == "create" ? .losesRequest : nil }
        let atOld = sink(old) { $0.onFixed = .transition("Done") }, atNew = sink(new) { $0.onFixed = .transition("Done") }
        for record in ["f_a", "f_b", "f_c", "f_d"] { #expect(try await tell(atOld, record) == .taken(.create)) }
        // The same system by another name may not find what is younger than its search; nothing is made meanwhile.
        let renamed = ScriptedTickets(clock: clock, site: "https://renamed.example/")
        guard case .retry(let wait)? = try await tell(sink(renamed), "f_a", .open, .critical) else {
            Issue.record("a young ticket was not waited for")
            return
        }
        #expect(wait.retryAfter == .seconds(300) && renamed.calls == ["find"])
        try await clock.sleep(for: .seconds(301))
        // One where no ticket can be made, and one whose answer is lost.
        #expect(try await tell(sink(wrong), "f_a", .open, .low) == nil && wrong.tickets.isEmpty)
        #expect(try await tell(sink(lossy), "f_d", .open, .critical)?.isTaken == false)
        // Fixed where there is no ticket; opened and closed where one is made.
        #expect(try await tell(atNew, "f_b", .fixed) == .taken(.nothing))
        #expect(try await tell(atNew, "f_c", .open, .low) == .taken(.create))
        #expect(try await tell(atNew, "f_c", .fixed, .low) == .taken(.close))
        try await clock.sleep(for: .seconds(301))
        #expect(try await tell(atOld, "f_a", .open, .info) == .taken(.update))
        #expect(try await tell(atOld, "f_b", .reopened) != nil)
        #expect(try await tell(atOld, "f_c", .fixed, .info)?.isTaken == true)
        #expect(try await tell(atOld, "f_d", .open, .critical, resources: ["other"])?.isTaken == true)
        #expect(old.tickets.map(\.mark) == ["weir-f_a", "weir-f_b", "weir-f_c", "weir-f_d"])
        #expect(old.tickets.map(\.isOpen) == [true, true, false, true])
        #expect(old.tickets.map(\.updates) == [1, 0, 1, 1] && old.tickets[0].notes == ["high→info"] && old.tickets[2].notes == ["fixed"])
        #expect(new.tickets.map(\.mark) == ["weir-f_c"])
    }

    @Test func aFloodInTwoSystemsHasOneTableInEach() async throws {
        let old = ScriptedTickets(clock: clock), new = ScriptedTickets(clock: clock, site: "https://elsewhere.example/")
        let atOld = sink(old) { $0.newPerHour = 0 }, atNew = sink(new) { $0.newPerHour = 0 }
        for (sink, severity) in [(atOld, Severity.high), (atNew, .low), (atOld, .critical), (atNew, .info)] {
            for record in ["f_a", "f_b"] { #expect(try await tell(sink, record, .open, severity) == .taken(.update)) }
            try await clock.sleep(for: .seconds(301))
        }
        #expect(old.tickets.count == 1 && new.tickets.count == 1)
        #expect(old.tickets[0].table?.rows.map(\.severity) == [.critical, .critical] && new.tickets[0].table?.rows.map(\.severity) == [.info, .info])
    }

    @Test func aFloodMakesOneTicketWithATable() async throws {
        let system = ScriptedTickets(clock: clock)
        let sink = sink(system) { $0.newPerHour = 3 }
        let flood = (1...260).map { Change.ticketed($0, "f_\($0)", .open, $0.isMultiple(of: 10) ? .critical : .low) }
        feed.append(flood)
        for start in stride(from: 0, to: 260, by: 20) {
            guard case .items(let items, _, _) = await sink.deliver(Array(flood[start..<min(start + 20, 260)])) else {
                Issue.record("not taken")
                return
            }
            #expect(items.allSatisfy { $0.isTaken })
        }
        #expect(system.tickets.count == 4)
        let parent = try #require(system.tickets.first { $0.table != nil }?.table)
        #expect(parent.count == 257 && parent.rows.count == 200 && parent.rows.prefix(26).allSatisfy { $0.severity == .critical })
        #expect(system.calls.filter { $0 == "updateParent" }.count == 12)
        // An hour later new ones get tickets again, and what stands in the table stays there.
        try await clock.sleep(for: .seconds(3601))
        #expect(try await tell(sink, "f_new") == .taken(.create))
        #expect(try await tell(sink, "f_10", .fixed, .critical) == .taken(.update))
        #expect(system.tickets.count == 5)
        #expect(system.tickets.first { $0.table != nil }?.table?.count == 257)
    }

    @Test func afterALostAnswerTheSystemIsAskedSomethingHarmlessFirst() async throws {
        let system = ScriptedTickets(clock: clock) { what, before in
            before == 0 ? .losesRequest : what == "find" && before < 3 ? .refuse(DeliveryFailure("timed out", mayHaveArrived: true)) : nil
        }
        let sink = sink(system)
        _ = try await tell(sink, "f_a")
        let change = Change.ticketed(2, "f_b", .open, .high)
        feed.append([change])
        for _ in 0..<2 { #expect(await sink.deliver([change]) == .retry(DeliveryFailure("timed out", mayHaveArrived: true, work: .create))) }
        #expect(try await ledger.ticket(of: "f_b", sink: "tickets") == nil)
        #expect(await sink.deliver([change]) == .items([.taken(.create)], status: nil, id: nil))
    }

    /// The process ends at a random call, before or after the system did what it was asked for, again and again.
    @Test(arguments: 0..<10)
    func oneTicketPerFindingThroughKillsAtRandomMoments(_ seed: Int) async throws {
        let changes = (1...60).map { Change.ticketed($0, "f_\($0 % 20)", $0 > 50 ? .fixed : .open, $0 % 3 == 0 ? .critical : .high) }
        feed.append(changes)
        let killer = Killer(seed: UInt64(seed), folder: folder.path)
        let system = ScriptedTickets(clock: clock) { _, _ in killer.fault() }
        var rules = TicketRules()
        rules.newPerHour = 1000
        var isDone = false
        for _ in 0..<30 where !isDone {
            let ledger = try Ledger(path: killer.revive())
            let sink = TicketSink(system, rules: rules, ledger: ledger, feed: feed, clock: clock)
            let service = DeliveryService(
                feed: feed, ledger: ledger, sinks: [.init(sink, from: .beginning)], routes: [Route(to: ["tickets"])], clock: clock, random: { 0.5 },
                log: .silent)
            service.start()
            await eventually {
                let status = await service.statuses()[0]
                return killer.isDead || status.pending == 0 && status.position.cursor == 60 && status.retrying + status.held == 0
            }
            isDone = !killer.isDead
            await service.stop(within: .zero)
            await ledger.close()
        }
        #expect(isDone && killer.kills >= 2)
        // Of the others the present state is that they are fixed.
        #expect(system.tickets.map(\.mark).sorted() == (1...10).map { "weir-f_\($0)" }.sorted())
    }
}

/// Ends a process at random calls: the ledger of the next one is what was on disk at that moment, and nothing more is done for this one.
private final class Killer: Sendable {
    private struct State {
        var random: SeededRandom
        var kills = 0
        var isDead = false
    }

    private let state: Mutex<State>
    private let folder: String

    init(seed: UInt64, folder: String) {
        state = Mutex(State(random: SeededRandom(seed: seed)))
        self.folder = folder
    }

    var kills: Int { state.withLock { $0.kills } }
    var isDead: Bool { state.withLock { $0.isDead } }
    private var path: String { "\(folder)/killed-\(kills).db" }

    /// The ledger that the next process finds.
    func revive() -> String {
        state.withLock { $0.isDead = false }
        return path
    }

    func fault() -> ScriptedTickets.Fault? {
        let old = path
        let fault = state.withLock { state -> ScriptedTickets.Fault? in
            guard !state.isDead else { return .refuse(DeliveryFailure("dead")) }
            guard state.kills < 10, state.random.next() % 2 == 0 else { return nil }
            state.kills += 1
            state.isDead = true
            return state.random.next() % 2 == 0 ? .losesAnswer : .losesRequest
        }
        if case .losesAnswer? = fault { copy(old) }
        if case .losesRequest? = fault { copy(old) }
        return fault
    }

    private func copy(_ old: String) {
        guard let source = try? DatabaseQueue(path: old), let target = try? DatabaseQueue(path: path) else { return }
        try? source.backup(to: target)
    }
}

extension Change {
    /// A change whose record is a whole finding.
    static func ticketed(_ sequence: UInt64, _ record: String, _ status: FindingStatus, _ severity: Severity, resources: [String] = ["host"]) -> Change {
        var finding = Finding.test(at: Timestamp(milliseconds: 1_772_445_600_000))
        finding.uid = record
        finding.status = status
        finding.severity = severity
        finding.resources = resources.map { name in
            var resource = Resource()
            resource.name = name
            return resource
        }
        var change = Change.finding(sequence, record: record)
        change.data = Record.finding(finding).json
        return change
    }
}
