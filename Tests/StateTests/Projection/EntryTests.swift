import Adapters
import Digests
import FindingModel
import JSONDocument
import Journal
import Testing

@testable import State

/// What entries mean that are no receipts, and receipts that are not mapped.
struct EntryTests {
    private static var script: Script {
        var script = Script()
        for name in ["a", "b", "c", "d"] { script.add(name, key: name, at: 1) { .finding($0, name) } }
        script.add("a fixed", key: "af", at: 2) { .finding($0, "a", .fixed) }
        return script
    }

    @Test func openingAJournalIsNoNewsAndBringsANewTag() async throws {
        let before = try Gate(Self.script)
        #expect(try await before.changes(of: "a") == ["finding.opened"])
        let gate = try await Gate(again: before)
        #expect(try await gate.changes(of: "b") == ["finding.opened"])
        #expect(try gate.allChanges().map { String($0.id.prefix(8)) } == [before.journal.tag, gate.journal.tag])
        #expect(before.journal.tag != gate.journal.tag)
        let again = try Gate(beside: gate, state: "again.db")
        try again.catchUp()
        #expect(try again.allChanges() == gate.allChanges(), "state.db made again has the ids that each entry's own tag gives")
        await gate.journal.stop()
    }

    @Test func aTagThatAnEarlierVersionReplacedIsTold() async throws {
        let gate = try Gate(Self.script)
        let first = gate.journal.tag
        #expect(try await gate.changes(of: "a") == ["finding.opened"])
        let second = "abcdefgh"
        _ = try await gate.append(EntryDraft(kind: .recovery, body: RecoveryNote(tag: second, reason: .retagged("a test")).bytes))
        #expect(gate.journal.tag == second)
        #expect(try await gate.changes(of: "b") == ["notice.gateway_recovery", "finding.opened"])
        let tags = try gate.allChanges().map { String($0.id.prefix(8)) }
        #expect(tags == [first, second, second])
        #expect(first != second)
    }

    @Test func quarantinedReceiptIsLeftOutWhereverItsNoteStands() async throws {
        let gate = try Gate(Self.script)
        try await gate.receive("a")
        let bad = try await gate.receive("b")
        try await gate.receive("c")
        _ = try await gate.append(EntryDraft(kind: .quarantine, body: QuarantineNote(receipt: bad, deaths: 3, reason: "a test").bytes))
        try gate.catchUp()
        #expect(try gate.allChanges().map(\.type) == ["finding.opened", "finding.opened", "notice.gateway_quarantine"])
        #expect(try await gate.finding("b") == nil)
        #expect(try await gate.queries.quarantined().map(\.receipt) == [bad])
        #expect(try await gate.queries.sources().first { $0.source == "shop" }?.outcomes == [.mapped: 2, .quarantined: 1])
    }

    @Test func voidedReceiptsAreCountedAndSkipped() async throws {
        let gate = try Gate(Self.script)
        let decision = VoidDecision(source: "shop", beginning: .wall(Making.time(0)), end: .wall(Making.time(2000)), reason: "the secret leaked")
        #expect(VoidDecision(parsing: decision.bytes) == decision)
        _ = try await gate.append(EntryDraft(kind: .decision, body: decision.bytes))
        try await gate.receive("a")
        try await gate.receive("b", source: "other")
        gate.setTime(2000)
        try await gate.receive("c")
        try gate.catchUp()
        let outcomes = try await gate.queries.events(EventFilter()).map(\.outcome)
        #expect(outcomes == [.mapped, .mapped, .voided])
    }

    @Test func erasedReceiptCountsAsErasedNowAndInAReplay() async throws {
        let gate = try Gate(Self.script)
        let receipt = try await gate.receive("a")
        try await gate.receive("b")
        try gate.catchUp()
        try await gate.journal.erase(receipt, reason: "a test", who: "me")
        try gate.catchUp()
        let expected: [EventOutcome: Int] = [.mapped: 1, .erased: 1]
        #expect(try await gate.queries.sources().first?.outcomes == expected)
        let replay = try Gate(beside: gate, state: "replay.db")
        try replay.catchUp()
        #expect(try await replay.queries.sources().first?.outcomes == expected)
        #expect(try await replay.queries.conservation(EntrySource(gate.journal)).holds)
    }

    @Test func checkpointsTellTheJournalsHead() async throws {
        let gate = try Gate(Self.script)
        try await gate.receive("a")
        let head = try #require(gate.journal.head)
        #expect(head.number == gate.journal.watermark && head.tag == gate.journal.tag)
        _ = try await gate.append(EntryDraft(kind: .checkpoint, body: head.bytes))
        try gate.catchUp()
        let change = try #require(try gate.allChanges().last)
        #expect(change.type == "notice.gateway_checkpoint" && change.source == "/gateway" && change.data.text.contains(head.hash.hex))
        // What a sink was told is what `verify --head` takes.
        let details = try JSONValue(parsing: change.data.bytes)["unmapped"]
        #expect(details.flatMap { JournalHead(parsing: $0.bytes) } == head)
        await gate.journal.stop()
        #expect(try JournalFiles(gate.folder.file("journal")).verify(against: head).isIntact)
    }

    @Test func sequencesOfAnErasedReceiptsChangesStayTheirsInAReplay() async throws {
        let gate = try Gate(Self.script)
        let receipt = try await gate.receive("a")
        for body in ["b", "c"] { try await gate.receive(body) }
        try gate.catchUp()
        let changes = try await gate.queries.changeCount(ofEntry: receipt)
        #expect(changes == 1)
        try await gate.journal.erase(receipt, reason: "a test", who: "me", changes: changes)
        try await gate.receive("d")
        try gate.catchUp()
        let replay = try Gate(beside: gate, state: "replay.db")
        try replay.catchUp(batch: 2)
        #expect(try replay.allChanges() == Array(gate.allChanges().dropFirst()))
        #expect(try replay.allChanges().map(\.sequence) == [2, 3, 4])
        #expect(try await replay.queries.lastSequence() == 4)
        #expect(try await replay.queries.events(EventFilter()).map(\.changes) == [1, 1, 1, 1])
    }

    @Test func aHeadThatWasSentOutChecksTheJournal() async throws {
        let gate = try Gate(Self.script)
        try await gate.receive("a")
        let head = try #require(gate.journal.head)
        _ = try await gate.append(EntryDraft(kind: .checkpoint, body: head.bytes))
        try await gate.receive("b")
        try gate.catchUp()
        let change = try #require(try gate.allChanges().first { $0.type == "notice.gateway_checkpoint" })
        #expect(JournalHead(parsing: change.cloudEventJSON) == head && JournalHead(parsing: change.data.bytes) == head)
        let files = try JournalFiles(gate.folder.file("journal"))
        #expect(try files.verify(against: JournalHead(parsing: change.cloudEventJSON)).headMatches == true)
        let other = JournalHead(tag: head.tag, number: head.number, hash: .zero)
        #expect(try files.verify(against: other).headMatches == false)
    }

    @Test func noticeEntriesSpeakForTheGateway() async throws {
        let gate = try Gate(Self.script)
        let notice = GatewayNotice(kind: "disk_low", summary: "Little room is left", details: nil)
        #expect(GatewayNotice(parsing: notice.bytes) == notice)
        _ = try await gate.append(EntryDraft(kind: .notice, body: notice.bytes))
        #expect(try await gate.changes(of: "a") == ["notice.gateway_disk_low", "finding.opened"])
        #expect(try gate.allChanges().first?.source == "/gateway")
    }

    @Test func everyReceiptHasExactlyOneOutcomeOrWaits() async throws {
        var script = Self.script
        script.add("ignored") { _, _ in
            MappedEvent(key: nil, kind: "x", kindRank: 0, time: nil, latestTime: nil, ignored: true, records: [], drift: [])
        }
        let gate = try Gate(script)
        let void = VoidDecision(source: "leaky", beginning: .wall(Making.time(0)), end: .wall(Making.time(5000)), reason: "a test")
        _ = try await gate.append(EntryDraft(kind: .decision, body: void.bytes))
        for body in ["a", "a", "b", "ignored", "no such line", "c"] { try await gate.receive(body) }
        try await gate.receive("d", source: "leaky")
        let poison = try await gate.receive("d")
        let erased = try await gate.receive("a fixed")
        _ = try await gate.append(EntryDraft(kind: .quarantine, body: QuarantineNote(receipt: poison, deaths: 3, reason: "a test").bytes))
        try await gate.journal.erase(erased, reason: "a test", who: "me")
        try gate.catchUp()
        try await gate.receive("waits")
        try await gate.receive("waits too")
        let count = try await gate.queries.conservation(EntrySource(gate.journal))
        #expect(count.outcomes == [.mapped: 3, .duplicate: 1, .ignored: 1, .unreadable: 1, .voided: 1, .quarantined: 1, .erased: 1])
        #expect(count.receipts == 11)
        #expect(count.waiting == 2)
        #expect(count.holds)
    }
}
