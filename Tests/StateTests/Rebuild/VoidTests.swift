import Adapters
import FindingModel
import Journal
import Testing

@testable import State

/// Receipts that are left out because a person said so.
struct VoidTests {
    private static var script: Script {
        var script = Script()
        for name in ["a", "b", "c"] {
            script.add(name, key: name, at: 1) { .finding($0, name, severity: .low) }
            script.add("\(name) fixed", key: "\(name)f", at: 2) { .finding($0, name, .fixed) }
        }
        script.add("newer") { entry, generation in
            MappedEvent(
                key: "newer", kind: "k", kindRank: 0, time: Making.time(1), latestTime: Making.time(1), ignored: false,
                records: [.finding(entry, "newer", severity: generation == 0 ? .low : .high)], drift: [])
        }
        script.add("a of b", key: "b", at: 1) { .finding($0, "a", severity: .high) }
        script.add("scan", key: "scan", at: 3) { .scan($0, "S", .completed, closed: ["a"]) }
        script.missing[7] = ["gone"]
        return script
    }

    /// Has the receipts of a source between two times left out; returns the entry's changes as "uid type".
    private func void(_ gate: Gate, _ source: String, _ from: Int64, _ to: Int64) async throws -> [String] {
        let decision = VoidDecision(source: source, beginning: .wall(Making.time(from)), end: .wall(Making.time(to)), reason: "the secret leaked", who: "me")
        return try await changes(gate, of: EntryDraft(kind: .decision, body: decision.bytes))
    }

    private func changes(_ gate: Gate, of draft: EntryDraft) async throws -> [String] {
        let entry = try await gate.append(draft)
        try gate.catchUp()
        return try gate.allChanges().filter { $0.id.contains("-\(entry)-") }.map { "\($0.subject) \($0.type)" }
    }

    private func outcomes(_ gate: Gate, _ source: String) async throws -> [EventOutcome: Int] {
        try await gate.queries.sources().first { $0.source == source }?.outcomes ?? [:]
    }

    @Test func decisionTakesBackWhatItsReceiptsDidAtItsOwnEntry() async throws {
        let gate = try Gate(Self.script)
        for name in ["a", "b"] { try await gate.receive(name) }
        gate.setTime(1100)
        for name in ["a fixed", "c"] { try await gate.receive(name) }
        gate.setTime(1200)
        try await gate.receive("b fixed")
        let made = try await void(gate, "shop", 1100, 1200)
        #expect(Set(made) == ["\(Making.uid(.finding, "a")) finding.opened", "\(Making.uid(.finding, "c")) finding.ignored"])
        #expect(try await gate.finding("a")?.status == .open)
        #expect(try await gate.finding("b")?.status == .fixed)
        #expect(try await gate.finding("c") == nil)
        #expect(try await outcomes(gate, "shop") == [.mapped: 3, .voided: 2])
        #expect(try await gate.queries.conservation(EntrySource(gate.journal)).holds)
    }

    @Test func laterReceiptsThatTheDecisionNamesAreLeftOutWhenTheyCome() async throws {
        let gate = try Gate(Self.script)
        #expect(try await void(gate, "shop", 0, 1500) == [])
        #expect(try await gate.changes(of: "a") == [])
        gate.setTime(1500)
        #expect(try await gate.changes(of: "b") == ["finding.opened"])
        #expect(try await outcomes(gate, "shop") == [.voided: 1, .mapped: 1])
    }

    @Test func otherSourcesAreLeftAloneEvenWithoutAConfiguration() async throws {
        let gate = try Gate(Self.script)
        try await gate.receive("a")
        try await gate.receive("b", source: "gone")
        // A receipt of an older configuration is not mapped anew with a newer one either.
        try await gate.receive("newer", source: "site")
        try gate.catchUp()
        let before = try await gate.queries.record(Making.uid(.finding, "b"))
        #expect(try await void(gate, "shop", 0, 2000) == ["\(Making.uid(.finding, "a")) finding.ignored"])
        #expect(try await gate.queries.record(Making.uid(.finding, "b")) == before)
        #expect(try await gate.finding("newer")?.severity == .low)
        #expect(try await outcomes(gate, "gone") == [.mapped: 1])
    }

    @Test func rebuildLeavesASourceThatHasLeftTheConfigurationAsItWas() async throws {
        let gate = try Gate(Self.script)
        try await gate.receive("b", source: "gone")
        try await gate.receive("newer", source: "site")
        let made = try await changes(gate, of: RebuildNote(generation: 7).draft)
        #expect(made == ["\(Making.uid(.finding, "newer")) finding.updated"])
        #expect(try await gate.finding("b")?.status == .open)
        #expect(try await outcomes(gate, "gone") == [.mapped: 1])
        // What the rebuild decided stands when something else is voided later.
        #expect(try await void(gate, "gone", 0, 2000) == ["\(Making.uid(.finding, "b")) finding.ignored"])
        #expect(try await gate.finding("newer")?.severity == .high)
    }

    @Test func aRebuildDoesNotKnowWhatIsVoidedAfterIt() async throws {
        let gate = try Gate(Self.script)
        try await gate.receive("a")
        gate.setTime(1100)
        try await gate.receive("a fixed")
        try await gate.receive("newer")
        let rebuilt = try await changes(gate, of: RebuildNote(generation: 7).draft)
        let voided = try await void(gate, "shop", 1100, 1101)
        #expect(rebuilt == ["\(Making.uid(.finding, "newer")) finding.updated"])
        #expect(Set(voided) == ["\(Making.uid(.finding, "a")) finding.opened", "\(Making.uid(.finding, "newer")) finding.ignored"])
        let replay = try Gate(beside: gate, state: "replay.db")
        try replay.catchUp()
        #expect(try replay.allChanges() == gate.allChanges())
        #expect(try replay.dump() == gate.dump())
    }

    @Test func whatWasADuplicateOfAVoidedReceiptTakesItsPlace() async throws {
        let gate = try Gate(Self.script)
        try await gate.receive("a of b")
        gate.setTime(1100)
        try await gate.receive("b")
        try gate.catchUp()
        #expect(try await outcomes(gate, "shop") == [.mapped: 1, .duplicate: 1])
        let made = try await void(gate, "shop", 0, 1100)
        #expect(Set(made) == ["\(Making.uid(.finding, "a")) finding.ignored", "\(Making.uid(.finding, "b")) finding.opened"])
        #expect(try await outcomes(gate, "shop") == [.mapped: 1, .voided: 1])
    }

    @Test func aVoidedScanGivesBackTheFindingsThatItClosed() async throws {
        let gate = try Gate(Self.script)
        try await gate.receive("a")
        try await gate.receive("scan", source: "scanner")
        try gate.catchUp()
        #expect(try await gate.finding("a")?.status == .fixed)
        let made = try await void(gate, "scanner", 0, 2000)
        #expect(Set(made) == ["\(Making.uid(.finding, "a")) finding.opened", "\(Making.uid(.scan, "S")) scan.cancelled"])
    }

    @Test func previewShowsWhatADecisionWouldDoAndNoMore() async throws {
        let gate = try Gate(Self.script)
        try await gate.receive("a")
        try await gate.receive("newer", source: "site")
        try gate.catchUp()
        let decision = VoidDecision(source: "shop", beginning: .wall(Making.time(0)), end: .wall(Making.time(2000)), reason: "a test")
        var seen: [String] = []
        let preview = RebuildPreview(store: gate.store, source: EntrySource(gate.journal), journal: gate.journal)
        _ = try preview.run(void: decision, makeMapper: { Self.script.mapper() }) { seen.append("\($0.uid) \($0.changeType ?? "")") }
        #expect(seen == ["\(Making.uid(.finding, "a")) finding.ignored"])
        #expect(try await gate.finding("a")?.status == .open)
    }

    @Test(arguments: [false, true]) func whatWaitsForARebuildIsNotLeftOutYet(isRebuilt: Bool) async throws {
        let gate = try Gate(Self.script)
        try await gate.receive("a")
        func decision(reachesBack: Bool) -> VoidDecision {
            VoidDecision(source: "shop", beginning: .wall(Making.time(0)), end: .wall(Making.time(2000)), reason: "a test", reachesBack: reachesBack)
        }
        let waiting = try await gate.append(EntryDraft(kind: .decision, body: decision(reachesBack: false).bytes))
        try await gate.receive("b")
        try gate.catchUp()
        #expect(try await gate.queries.reach(of: decision(reachesBack: true)) == VoidReach(receipts: 1, leftOut: 1, madeBy: nil))
        if isRebuilt {
            #expect(try await changes(gate, of: RebuildNote(generation: 3).draft) == ["\(Making.uid(.finding, "a")) finding.ignored"])
            #expect(try await gate.queries.reach(of: decision(reachesBack: true)) == VoidReach(receipts: 0, leftOut: 2, madeBy: waiting))
        }
        let made = try await void(gate, "shop", 0, 2000)
        #expect(made == (isRebuilt ? [] : ["\(Making.uid(.finding, "a")) finding.ignored"]))
        #expect(try await gate.queries.reach(of: decision(reachesBack: true)).receipts == 0)
        #expect(try await gate.finding("a") == nil)
        #expect(try await outcomes(gate, "shop") == [.voided: 2])
        let replay = try Gate(beside: gate, state: "replay.db")
        try replay.catchUp()
        #expect(try replay.dump() == gate.dump())
    }

    @Test func aVoidOfOthersTakesNothingBackThatWaits() async throws {
        let gate = try Gate(Self.script)
        for (name, source) in [("a", "shop"), ("b", "site")] { try await gate.receive(name, source: source) }
        let waiting = VoidDecision(source: "shop", beginning: .wall(Making.time(0)), end: .wall(Making.time(2000)), reason: "a test", reachesBack: false)
        _ = try await changes(gate, of: EntryDraft(kind: .decision, body: waiting.bytes))
        #expect(try await void(gate, "site", 0, 2000) == ["\(Making.uid(.finding, "b")) finding.ignored"])
        #expect(try await outcomes(gate, "shop") == [.mapped: 1])
        #expect(try await gate.finding("a")?.status == .open)
    }

    @Test func whatIsErasedOrQuarantinedIsNotCountedAsLeftOut() async throws {
        let gate = try Gate(Self.script)
        for name in ["a", "b", "c"] { try await gate.receive(name) }
        _ = try await gate.append(EntryDraft(kind: .quarantine, body: QuarantineNote(receipt: 2, deaths: 3, reason: "a test").bytes))
        try await gate.erase(3)
        try gate.catchUp()
        let decision = VoidDecision(source: "shop", beginning: .wall(Making.time(0)), end: .wall(Making.time(2000)), reason: "a test")
        let before = try await gate.queries.reach(of: decision), counted = try await outcomes(gate, "shop")
        _ = try await void(gate, "shop", 0, 2000)
        let after = try await gate.queries.reach(of: decision)
        #expect(counted == [.quarantined: 1, .erased: 1, .mapped: 1])
        #expect(before.receipts == 1 && after.leftOut - before.leftOut == 1 && after.receipts == 0)
        #expect(try await outcomes(gate, "shop") == [.quarantined: 1, .erased: 1, .voided: 1])
    }

    @Test func decisionOfAnOlderVersionWaitsForItsRebuild() async throws {
        let gate = try Gate(Self.script)
        try await gate.receive("a")
        let decision = VoidDecision(source: "shop", beginning: .wall(Making.time(0)), end: .wall(Making.time(2000)), reason: "a test", reachesBack: false)
        #expect(VoidDecision(parsing: decision.bytes) == decision)
        #expect(try await changes(gate, of: EntryDraft(kind: .decision, body: decision.bytes)) == [])
        #expect(try await changes(gate, of: RebuildNote(generation: 3).draft) == ["\(Making.uid(.finding, "a")) finding.ignored"])
    }
}
