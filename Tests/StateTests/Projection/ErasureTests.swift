import Adapters
import FindingModel
import Foundation
import GRDB
import JSONDocument
import Journal
import Testing

@testable import State

/// A receipt whose words were erased.
struct ErasureTests: ErasureTesting {
    /// A finding that holds the secret in every group of words.
    private static func leaking(_ entry: Entry, _ key: String = "a") -> MappedRecord {
        finding(entry, FindingFields.allWords, .open, key) {
            $0.title = "with \(secret)"
            $0.desc = "\(secret) again"
            $0.remediation = secret
            $0.vendorStatus = "as \(secret) said"
            $0.vendorSeverity = secret
            $0.scanner = Scanner(vendorName: "Acme", name: secret, feature: secret)
            $0.rule = Rule(uid: secret, name: secret, category: secret)
            $0.vulnerabilities = [Vulnerability(id: secret, type: .vendor, references: [secret])]
            $0.resources = [Making.resource("\(secret).example")]
            $0.evidence = [Evidence(summary: secret, response: secret)]
            $0.tickets = [Ticket(system: secret, uid: secret)]
            $0.labels = [secret]
            $0.sourceUID = secret
            $0.unmapped = RawJSON(bytes: Array("{\"a\":\"\(secret)\"}".utf8))
            $0.fingerprints.setCross(resources: $0.resources, vulnerabilities: $0.vulnerabilities, rule: $0.rule)
        }
    }

    static var script: Script {
        var script = Script()
        script.add("first", key: "1", at: 1) { finding($0, [.title]) { $0.title = "plain" } }
        script.add("leak", key: secret, at: 2) { leaking($0) }
        script.add("leak b", key: "2b", at: 2) { leaking($0, "b") }
        script.add("large", key: "2c", at: 2) {
            finding($0, [.evidence, .unmapped]) { finding in
                finding.evidence = [Evidence(summary: secret + String(repeating: "x", count: 20_000))]
                finding.unmapped = RawJSON(bytes: Array("{\"a\":\"\(secret)\(String(repeating: "x", count: 20_000))\"}".utf8))
            }
        }
        script.add("word", key: "2d", at: 2, kind: "\(secret) kind", drift: [Drift(kind: .kind, place: secret), Drift(kind: .enum, place: "$.a: \(secret)")]) {
            finding($0, []) { $0.vendorSeverity = secret }
        }
        script.add("fixed", key: "3", at: 3) { finding($0, [], .fixed) { $0.vendorStatus = "closed" } }
        script.add("same title", key: "4", at: 4) { finding($0, [.title]) { $0.title = "with \(secret)" } }
        script.add("new title", key: "5", at: 5) { finding($0, [.title]) { $0.title = "clean" } }
        script.add("fixed without a key", at: 6) { finding($0, [.title], .fixed) { $0.title = secret } }
        script.add("open without a key", at: 5) { finding($0, [.title], .open) { $0.title = secret } }
        script.add("open again without a key", at: 7) { finding($0, [.title], .open) { $0.title = secret } }
        script.add("other", key: "o", at: 2) { finding($0, [.title], .open, "b") { $0.title = "other" } }
        script.add("nothing new", key: "n", at: 9) { finding($0, [], .open) }
        script.add("ignored") { entry, _ in
            MappedEvent(
                key: "i", kind: "ignored", kindRank: 0, time: Making.time(2), latestTime: Making.time(2), ignored: true, records: [leaking(entry)], drift: [])
        }
        script.add("many") { entry, _ in
            MappedEvent(
                key: "m", kind: "many", kindRank: 0, time: Making.time(2), latestTime: Making.time(2), ignored: false,
                records: (0..<1203).map { leaking(entry, "m\($0)") }, drift: [])
        }
        addScans(to: &script)
        return script
    }

    private static func addScans(to script: inout Script) {
        script.add("scan", key: "s", at: 3) { entry in
            let scan = Making.scan("S", receipt: entry.number) {
                $0.status = .completed
                $0.name = secret
                $0.scope = .init(targets: [secret])
                $0.errors = [secret]
                $0.findingUIDs = .init(closed: [Making.uid(.finding, "a")])
            }
            return .scan(scan, says: [.status, .name, .scope, .errors, .findingUIDs])
        }
        script.add("scan again", key: "s2", at: 4) { entry in
            .scan(Making.scan("S", receipt: entry.number) { $0.name = secret }, says: [.name])
        }
        script.add("scan renamed", key: "s3", at: 5) { entry in
            .scan(Making.scan("S", receipt: entry.number) { $0.name = "clean" }, says: [.name])
        }
        script.add("notice", key: "n1", at: 2) { entry in
            .notice(Notice(uid: Making.uid(.notice, "n"), kind: "target", summary: secret, raw: Making.raw(entry.number)))
        }
        script.add("notice again", key: "n2", at: 3) { entry in
            .notice(Notice(uid: Making.uid(.notice, "n"), kind: "target", summary: secret, raw: Making.raw(entry.number)))
        }
    }

    @Test func itsWordsAreGoneFromTheRecordItsChangesAndTheFiles() async throws {
        let gate = try Gate(Self.script)
        try await gate.receive("first")
        let receipt = try await gate.receive("leak")
        try await gate.receive("fixed")
        try await erase(gate, receipt)
        let finding = try #require(try await gate.finding("a"))
        #expect(finding.title == "(erased)" && finding.desc == nil && finding.status == .fixed && finding.severity == .high)
        #expect(finding.fingerprints.cross1 == nil && finding.fingerprints.cross2 == nil && finding.scanner.vendorName == "Acme")
        let changes = try gate.allChanges()
        #expect(changes.map(\.type) == ["finding.opened", "finding.updated", "finding.fixed"])
        #expect(changes[0].data.text.contains("plain"))
        #expect(changes.dropFirst().allSatisfy { $0.data.text.contains("(erased)") })
        #expect(changes.map(\.isErased) == [false, true, false])
        #expect(try await gate.queries.sources().first?.outcomes == [.mapped: 2, .erased: 1])
        let archive = ReceiptArchive(EntrySource(gate.journal), configurations: ConfigurationReader(EntrySource(gate.journal)))
        let feed = StateChangeFeed(store: gate.store, signal: ChangeSignal(), archive: archive)
        #expect(try await feed.erased(among: changes.map(\.id) + ["nonsense"]) == [changes[1].id])
        #expect(feed.epoch == 1, "whoever holds words in memory reads them again")
        try await expectGone(gate)
    }

    @Test func whatALaterWordSaysStays() async throws {
        let gate = try Gate(Self.script)
        let receipt = try await gate.receive("leak")
        try await gate.receive("new title")
        try await erase(gate, receipt)
        #expect(try await gate.finding("a")?.title == "clean")
        #expect(try gate.allChanges().map { $0.data.text.contains("clean") } == [false, true])
        try await expectGone(gate)
    }

    @Test func theSameWordsOfAnotherReceiptStayItsOwn() async throws {
        let gate = try Gate(Self.script)
        let receipt = try await gate.receive("leak")
        try await gate.receive("same title")
        try await erase(gate, receipt)
        #expect(try await gate.finding("a")?.title == "with \(Self.secret)")
        #expect(try await gate.finding("a")?.desc == nil)
    }

    @Test func aLaterWordThatSaidNothingNewSaysNothingNewAgain() async throws {
        let gate = try Gate(Self.script)
        let receipt = try await gate.receive("leak")
        for body in ["same title", "nothing new", "new title"] { try await gate.receive(body) }
        try gate.catchUp()
        #expect(try gate.allChanges().map(\.type) == ["finding.opened", "finding.updated"])
        try await erase(gate, receipt)
        #expect(try await gate.changes(of: "nothing new") == [])
    }

    @Test func fixWithoutAKeyAmongOthersStaysWhatItWas() async throws {
        let gate = try Gate(Self.script)
        for body in ["open without a key", "fixed without a key", "open again without a key"] { try await gate.receive(body) }
        try gate.catchUp()
        #expect(try gate.allChanges().map(\.type) == ["finding.opened", "finding.fixed", "finding.reopened"])
        try await erase(gate, 3)
        #expect(try await gate.finding("a")?.status == .reopened)
        try await erase(gate, 2)
        try await erase(gate, 4)
        #expect(try await gate.queries.sources().first?.outcomes == [.erased: 3])
        try await expectGone(gate)
    }

    @Test func aScanKeepsWhatItClosedAndComparesAsBefore() async throws {
        let gate = try Gate(Self.script)
        try await gate.receive("first")
        let receipt = try await gate.receive("scan")
        for body in ["scan again", "scan renamed"] { try await gate.receive(body) }
        try gate.catchUp()
        #expect(try gate.allChanges().map(\.type) == ["finding.opened", "scan.completed", "finding.fixed", "scan.updated"])
        try await erase(gate, receipt)
        let finding = try await gate.finding("a")
        #expect(finding?.status == .fixed && finding?.title == "plain")
        try await erase(gate, receipt + 1)
        try await expectGone(gate)
    }

    @Test func aNoticeSaysNothingNewAgain() async throws {
        let gate = try Gate(Self.script)
        let receipt = try await gate.receive("notice")
        try await gate.receive("notice again")
        try gate.catchUp()
        #expect(try gate.allChanges().map(\.type) == ["notice.target"])
        try await erase(gate, receipt)
        try await erase(gate, receipt + 1)
        try await expectGone(gate)
    }

    @Test func largePartsAreReadFromNowhere() async throws {
        let gate = try Gate(Self.script)
        let receipt = try await gate.receive("large")
        try gate.catchUp()
        #expect(try await gate.queries.stamps(of: Making.uid(.finding, "a"))?.large.isEmpty == false)
        try await erase(gate, receipt)
        #expect(try await gate.queries.stamps(of: Making.uid(.finding, "a"))?.large.isEmpty == true)
        let large = try gate.store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM changes WHERE evidence_entry NOT NULL OR unmapped_entry NOT NULL") }
        #expect(large == 0)
    }

    @Test(arguments: ["leak", "ignored"]) func aReceiptThatCountedForNothingIsErasedToo(body: String) async throws {
        let gate = try Gate(Self.script)
        try await gate.receive("leak")
        let receipt = try await gate.receive(body)
        try gate.catchUp()
        try await erase(gate, receipt)
        #expect(try await gate.queries.sources().first?.outcomes == [.mapped: 1, .erased: 1])
        #expect(try await gate.finding("a")?.title == "with \(Self.secret)", "the words are another receipt's")
        try await erase(gate, receipt - 1)
        try await expectGone(gate)
        #expect(try await gate.changes(of: "leak") == [], "its key stands for the event as before")
        try expectTheSameAgain(gate)
    }

    @Test func twiceIsAsOnce() async throws {
        let gate = try Gate(Self.script)
        let receipt = try await gate.receive("leak")
        try await erase(gate, receipt)
        let end = gate.journal.watermark
        try await erase(gate, receipt)
        #expect(gate.journal.watermark == end)
    }

    @Test func aReceiptOfManyRecordsIsErasedInParts() async throws {
        let gate = try Gate(Self.script)
        let receipt = try await gate.receive("many")
        try await erase(gate, receipt)
        #expect(try gate.allChanges().count { $0.isErased && $0.data.text.contains("(erased)") } == 1203)
        try await expectGone(gate)
    }

    @Test func rebuildsAndVoidsAroundAnErasureComeOutAsBefore() async throws {
        let gate = try Gate(Self.script)
        try await gate.receive("first")
        gate.setTime(1100)
        let receipt = try await gate.receive("leak")
        try await gate.receive("other")
        _ = try await gate.append(RebuildNote(generation: 4).draft)
        try await erase(gate, receipt)
        let changes = try await gate.queries.lastSequence()
        _ = try await gate.append(RebuildNote(generation: 5).draft)
        try gate.catchUp()
        #expect(try await gate.queries.lastSequence() == changes, "a rebuild brings nothing back and sends nothing")
        try expectTheSameAgain(gate)
        try await void(gate)
        #expect(try await gate.finding("a")?.title == "plain")
        try expectTheSameAgain(gate)
        try await expectGone(gate)
    }

    @Test func aVoidedReceiptsWordsGoFromWhatTheVoidTold() async throws {
        let gate = try Gate(Self.script)
        try await gate.receive("first")
        gate.setTime(1100)
        let receipt = try await gate.receive("leak")
        let alone = try await gate.receive("leak b")
        try await void(gate)
        let last = try #require(try gate.allChanges().first { $0.type == "finding.ignored" })
        #expect(last.data.text.contains(Self.secret), "what it takes back is told with its words")
        try await erase(gate, receipt)
        try await erase(gate, alone)
        #expect(try await gate.queries.sources().first?.outcomes == [.mapped: 1, .erased: 2])
        try await expectGone(gate)
    }

    @Test func aReceiptThatEndedTheProcessInARebuildLosesWhatWasMadeOfItBefore() async throws {
        let gate = try Gate(Self.script)
        let receipt = try await gate.receive("leak")
        try gate.catchUp()
        let rebuild = gate.journal.watermark + 2
        _ = try await gate.append(EntryDraft(kind: .quarantine, body: QuarantineNote(receipt: receipt, deaths: 3, reason: "a test", during: rebuild).bytes))
        #expect(try await gate.append(RebuildNote(generation: 4).draft) == rebuild)
        try gate.catchUp()
        #expect(try await gate.queries.sources().first?.outcomes == [.quarantined: 1])
        try await erase(gate, receipt)
        #expect(try await gate.queries.sources().first?.outcomes == [.erased: 1])
        try await expectGone(gate)
    }

    @Test func aChangeOfAnOlderVersionLosesAllWords() async throws {
        let gate = try Gate(Self.script)
        let receipt = try await gate.receive("leak")
        try await gate.receive("new title")
        try gate.catchUp()
        try gate.store.withWriter { try $0.execute(sql: "UPDATE changes SET origins = NULL") }
        try await gate.erase(receipt)
        #expect(try gate.allChanges().map { $0.data.text.contains("(erased)") } == [true, true])
        #expect(try await gate.finding("a")?.title == "clean", "the record says where its words are from")
        try await expectGone(gate)
    }

    @Test func huskIsReadAsItWasWrittenAndHoldsNoWords() async throws {
        let gate = try Gate(Self.script)
        for body in ["leak", "word", "scan", "notice", "large", "ignored"] {
            let receipt = try await gate.receive(body)
            try gate.catchUp()
            let husk = try #require(
                try HuskMaker(store: gate.store, source: EntrySource(gate.journal), makeMapper: { Self.script.mapper() }).husk(of: receipt))
            #expect(!String(decoding: husk, as: UTF8.self).contains(Self.secret), "\(body)")
            let decision = EraseDecision(number: receipt, reason: "a leak", who: "me", changes: 1, husk: husk[...])
            #expect(EraseDecision(parsing: decision.bytes) == decision)
            let read = try #require(Husk(parsing: decision.husk)), form = try #require(read.form(of: 0))
            let line = try #require(Self.script.lines[body]), entry = try #require(try EntrySource(gate.journal).entry(receipt))
            try Self.expect(form, of: line(entry, 0))
            #expect(read.uids == line(entry, 0).records.map(\.uid).sorted())
        }
    }

    /// Expects that `form` has everything of `mapped` but its words.
    private static func expect(_ form: Husk.Form, of mapped: MappedEvent) throws {
        let records = form.records.map(\.record), words = form.records.map(\.words)
        #expect(records == mapped.records.map(\.emptied))
        #expect(words.map(\.hash) == mapped.records.map(\.contentHash) && words.map(\.digests) == mapped.records.map(\.digests))
        #expect(form.event.kindRank == mapped.kindRank && form.event.time == mapped.time && form.event.ignored == mapped.ignored)
        #expect(form.event.drift.count == mapped.drift.count && form.drift.count == mapped.drift.count)
        let key = mapped.key.map { EventKey(scope: script.scope, kind: mapped.kind, key: $0) }
        #expect(form.key == key)
    }

    /// A receipt of very many records leaves such a husk, and a tree is made of no more than 32 MiB.
    @Test func theDecisionMayBeLargerThanAnyTree() async throws {
        let gate = try Gate(Self.script)
        let receipt = try await gate.receive("leak")
        try gate.catchUp()
        let husk = try #require(
            try HuskMaker(store: gate.store, source: EntrySource(gate.journal), makeMapper: { Self.script.mapper() }).husk(of: receipt))
        let padding = Array("\"padding\":\"".utf8) + repeatElement(UInt8(ascii: "x"), count: 33 << 20) + Array("\",".utf8)
        try await gate.journal.erase(receipt, reason: "a test", who: "me", changes: 1, husk: husk.prefix(1) + padding + husk.dropFirst())
        try gate.catchUp()
        #expect(try await gate.finding("a")?.title == "(erased)")
        try expectTheSameAgain(gate)
        try await expectGone(gate)
    }

    @Test(arguments: [
        "null", "{}", "[]", #"{"forms":[]}"#, #"{"forms":[{}]}"#, #"{"forms":[{"generation":1,"vendor":"v","account":"a","kind":"k","records":[{}]}]}"#,
    ])
    func aHuskThatCannotBeReadIsNone(text: String) {
        #expect(Husk(parsing: Array(text.utf8)[...])?.form(of: 1) == nil)
    }
}
