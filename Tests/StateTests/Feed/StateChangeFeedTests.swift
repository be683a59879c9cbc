import Adapters
import FindingModel
import GRDB
import JSONDocument
import Journal
import Testing

@testable import State

/// The changes as sinks read them.
struct StateChangeFeedTests {
    private static var script: Script {
        var script = Script()
        for number in 0..<30 { script.add("\(number)", key: "\(number)", at: 1) { .finding($0, "\(number)") } }
        return script
    }

    private func feed(_ gate: Gate, journalEnd: UInt64 = 0) -> StateChangeFeed {
        let source = EntrySource(gate.journal)
        let archive = ReceiptArchive(source, configurations: ConfigurationReader(source))
        return StateChangeFeed(store: gate.store, signal: ChangeSignal(), archive: archive, journalEnd: journalEnd)
    }

    @Test func changesComeInOrderAndInPieces() async throws {
        let gate = try Gate(Self.script)
        for number in 0..<10 { try await gate.receive("\(number)") }
        try gate.catchUp()
        let feed = feed(gate)
        #expect(try await feed.lastSequence() == 10)
        #expect(try await feed.changes(after: 0, limit: 4, maxBytes: 1 << 20).map(\.sequence) == [1, 2, 3, 4])
        #expect(try await feed.changes(after: 8, limit: 4, maxBytes: 1 << 20).map(\.sequence) == [9, 10])
        #expect(try await feed.changes(after: 0, limit: 4, maxBytes: 1).map(\.sequence) == [1])
        #expect(try await feed.changes(after: 10, limit: 4, maxBytes: 1 << 20).isEmpty)
        #expect(try await feed.changes(after: 0, limit: 100, maxBytes: 1 << 20) == (try gate.allChanges()))
    }

    @Test func changesAreFoundByReceiptTimeAndById() async throws {
        let gate = try Gate(Self.script)
        for number in 0..<30 {
            gate.setTime(Int64(1000 + number / 3 * 10))
            try await gate.receive("\(number)")
        }
        try gate.catchUp()
        let feed = feed(gate)
        #expect(try await feed.firstSequence(from: .wall(Making.time(0))) == 1)
        #expect(try await feed.firstSequence(from: .wall(Making.time(1000))) == 1)
        #expect(try await feed.firstSequence(from: .wall(Making.time(1001))) == 4)
        #expect(try await feed.firstSequence(from: .wall(Making.time(1090))) == 28)
        #expect(try await feed.firstSequence(from: .wall(Making.time(9999))) == 31)
        for change in try gate.allChanges() { #expect(try await gate.queries.change(change.id) == change) }
        #expect(try await gate.queries.change("aaaaaaaa-1-1") == nil)
        #expect(try await gate.queries.change("no id") == nil)
    }

    @Test func changesAreFoundByReceiptTimeAcrossAClockThatWasAhead() async throws {
        let gate = try Gate(Self.script)
        // The clock is a year ahead for two receipts; then it is right again, and a change tells so.
        for (name, time) in [(0, 1000), (1, 2000), (2, 31_000_000), (3, 31_000_001), (4, 3000), (5, 4000)] {
            gate.setTime(Int64(time))
            try await gate.receive("\(name)")
        }
        try gate.catchUp()
        let feed = feed(gate)
        #expect(try gate.allChanges().map(\.type).firstIndex(of: "notice.gateway_clock_step") == 4)
        #expect(try await feed.firstSequence(from: .wall(Making.time(1500))) == 2)
        #expect(try await feed.firstSequence(from: .wall(Making.time(3500))) == 3, "what the clock said of those ahead is all that is known of them")
        #expect(try await feed.firstSequence(from: .wall(Making.time(40_000_000))) == 8)
        #expect(try await feed.lastSequence(before: .wall(Making.time(3500)).through) == 6)
        #expect(try await feed.lastSequence(before: .wall(Making.time(2500)).through) == 2)
        #expect(try await feed.lastSequence(before: .wall(Making.time(40_000_000)).through) == 7)
        #expect(try await feed.lastSequence(before: .wall(Making.time(10)).through) == 0)
        await gate.journal.stop()
    }

    @Test func aLostNoticeOfAStepHidesNoChangeBehindIt() async throws {
        let gate = try Gate(Self.script)
        for (name, time) in [(0, 1000), (1, 31_000_000), (2, 2000), (3, 3000)] {
            gate.setTime(Int64(time))
            try await gate.receive("\(name)")
        }
        try gate.catchUp()
        // Wherever receipt times went back, and whatever told so.
        try gate.store.withWriter { try $0.execute(sql: "DELETE FROM changes WHERE type = 'notice.gateway_clock_step'") }
        #expect(try await feed(gate).lastSequence(before: .wall(Making.time(2500))) == 4)
        await gate.journal.stop()
    }

    @Test func aSearchAmongChangesComesToAnEndWhateverADamagedFileGives() throws {
        let rows: [Int64] = [1, 2, 3, 4, 5, 6, 7, 9, 10]
        let find = { (value: Int64) in try ChangeOrder.first(of: 1..<11, atLeast: value) { from in rows.first { $0 >= from }.map { ($0, $0 * 10) } } }
        #expect(try find(0) == 1)
        #expect(try find(75) == 8)
        #expect(try find(100) == 10)
        #expect(try find(101) == 11)
        // Pages of two histories in one file: behind 5 and later stands 3.
        #expect {
            _ = try ChangeOrder.first(of: 1..<11, atLeast: 1000) { $0 < 5 ? ($0, 0) : (3, 0) }
        } throws: { StateError.wrapping($0, at: "state.db").code == .corrupt }
    }

    @Test func placesAreFoundInARowThatWasMadeAgainWithoutErasedChanges() async throws {
        let gate = try Gate(Self.script)
        for number in 0..<10 { try await gate.receive("\(number)") }
        try gate.catchUp()
        let before = try gate.allChanges()
        #expect(before.count == 10)
        for change in before { #expect(try await feed(gate).place(of: change.id) == .at(change.sequence)) }
        for index in [2, 5, 9] {
            let entry = try #require(ChangeID(before[index].id)?.entry)
            try await gate.journal.erase(entry, reason: "asked for", who: "test")
        }
        let end = gate.journal.watermark
        let again = try Gate(beside: gate, state: "again.db")
        let tag = try #require(ChangeID(before[0].id)?.tag)
        #expect(try await feed(again, journalEnd: end).place(of: before[0].id) == .notYet)
        #expect(try await !feed(again, journalEnd: end).isCaughtUp())
        try again.catchUp(through: ChangeID(before[6].id)?.entry)
        #expect(try await feed(again, journalEnd: end).place(of: before[9].id) == .notYet)
        #expect(try await feed(again, journalEnd: end).place(of: before[5].id) == .gone(after: 4))
        try again.catchUp()
        let places: [ChangePlace] = [.at(1), .at(2), .gone(after: 2), .at(3), .at(4), .gone(after: 4), .at(5), .at(6), .at(7), .gone(after: 7)]
        for (change, place) in zip(before, places) { #expect(try await feed(again, journalEnd: end).place(of: change.id) == place) }
        #expect(try await feed(again, journalEnd: end).isCaughtUp())
        #expect(try await feed(again, journalEnd: end).place(of: "\(tag)-1000-1") == .gone(after: 7))
        #expect(try await feed(again, journalEnd: end).place(of: "aaaaaaaa-3-1") == .gone(after: 0))
        #expect(try await feed(again, journalEnd: end).place(of: "no id") == .gone(after: 0))
    }

    @Test func emptyStoreHasAFirstSequenceToCome() async throws {
        let gate = try Gate(Self.script)
        #expect(try await feed(gate).firstSequence(from: .wall(Making.time(0))) == 1)
        #expect(try await feed(gate).lastSequence() == 0)
    }

    @Test func largeEvidenceIsReadFromItsReceiptWhenItIsSent() async throws {
        let gate = try VendorSampleTests.gate()
        let generation = try await VendorSampleTests.configure(gate)
        let page = String(repeating: "<p>page</p>", count: 3000)
        let sample = try VendorSampleTests.body("probely/finding_detected.json")
        let body = sample.replacing("\"response\":\"", with: "\"response\":\"\(page)", maxReplacements: 1)
        try #require(body.utf8.count > 30_000)
        try await gate.receive(body, source: "probely", generation: generation)
        try gate.catchUp()
        let stored = try #require(try gate.allChanges().first)
        #expect(!stored.data.text.contains("<p>page</p>"))
        let sent = try #require(try await feed(gate).changes(after: 0, limit: 1, maxBytes: 1 << 20).first)
        guard case .finding(let finding) = try Record(kind: .finding, parsing: sent.data) else { throw StateError(.failed, "no finding") }
        #expect(finding.evidence.contains { $0.response?.contains(page) == true })
        #expect(sent.id == stored.id)
        let source = EntrySource(gate.journal)
        let archive = ReceiptArchive(source, configurations: ConfigurationReader(source))
        let shown = try await StateQueries(store: gate.store, archive: archive).record(finding.uid)
        #expect(shown?.data == sent.data)
    }

    /// What a record of the samples says once everything in it that a vendor may make long is long.
    @Test(arguments: [
        ("hostedscan/risk.created.json", "\"instances\":[", "{\"uri\":\"https://example.com/\",\"method\":\"GET\",\"other\":\"LONG\"},"),
        ("hostedscan/scan.updated.succeeded.json", "\"data\":{", "\"surprise\":\"LONG\","),
        ("probely/target_created.json", "{", "\"surprise\":\"LONG\","),
    ])
    func longRestIsReadFromItsReceiptWhenItIsSent(sample: String, place: String, more: String) async throws {
        let gate = try VendorSampleTests.gate()
        let generation = try await VendorSampleTests.configure(gate)
        let long = String(repeating: "long words ", count: 3000)
        let body = try VendorSampleTests.body(sample).replacing(place, with: place + more.replacing("LONG", with: long), maxReplacements: 1)
        try #require(body.utf8.count > 30_000)
        try await gate.receive(body, source: String(sample.prefix { $0 != "/" }), generation: generation)
        try gate.catchUp()
        let stored = try #require(try gate.allChanges().first { !$0.type.hasPrefix("notice.gateway_") })
        #expect(stored.data.bytes.count < ReceiptReference.bytesMax)
        let sent = try #require(try await feed(gate).changes(after: stored.sequence - 1, limit: 1, maxBytes: 1 << 20).first)
        #expect(sent.data.text.contains("\"unmapped\":") && sent.data.text.contains(long))
        let archive = ReceiptArchive(EntrySource(gate.journal), configurations: ConfigurationReader(EntrySource(gate.journal)))
        #expect(try await StateQueries(store: gate.store, archive: archive).record(stored.subject)?.data == sent.data)
        // What the batch wrote is what a later one reads.
        try await gate.receive(body + " ", source: String(sample.prefix { $0 != "/" }), generation: generation)
        try gate.catchUp()
        #expect(try gate.allChanges().filter { $0.subject == stored.subject }.count == 1)
    }

    @Test func recordsAreGivenAsTheyStandWithTheirLastChange() async throws {
        var script = Self.script
        script.add("1 fixed", key: "1f", at: 2) { .finding($0, "1", .fixed) }
        script.add("1 seen", key: "1s", at: 3) { .finding($0, "1", nil) }
        script.add("scan", key: "s", at: 4) { .scan($0, "1", .completed, closed: ["unknown"]) }
        let gate = try Gate(script)
        for body in ["0", "1", "1 fixed", "2", "1 seen", "scan"] { try await gate.receive(body) }
        try gate.catchUp()
        let uids = ["0", "1", "2", "unknown", "never"].map { Making.uid(.finding, $0) }
        let present = try await feed(gate).present(uids + uids)
        #expect(uids.map { present[$0]?.lastSequence } == [1, 3, 4, nil, nil])
        #expect(present.count == 3, "one that only a scan has named is not known")
        for uid in uids { #expect(try await present[uid]?.record == gate.queries.record(uid)) }
        #expect(try await feed(gate).present([]).isEmpty)
    }
}
