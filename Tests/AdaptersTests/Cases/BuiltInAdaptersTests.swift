import Digests
import FindingModel
import JSONDocument
import Testing

@testable import Adapters

/// What the four adapters promise beyond single cases.
struct BuiltInAdaptersTests {
    private static let documentedKinds = [
        "holm": ["scheduled_scan", "finished_scan", "ticket"],
        "hostedscan": ["scan.created", "scan.updated", "risk.created", "risk.updated", "scan.succeeded", "risk.opened", "risk.closed"],
        "probely": [
            "user_created", "user_deleted", "target_created", "target_deleted", "target_verified", "target_verification_failed", "scan_started",
            "scan_canceled",
            "scan_completed", "scan_failed", "finding_detected", "finding_fixed",
        ],
        "reconfirm": ["in_progress", "completed", "failed"],
    ]

    @Test(arguments: AdapterFolders.names)
    func casesCoverEveryDocumentedKindAndEveryWayToGoWrong(name: String) throws {
        let runner = CaseRunner(adapter: try AdapterFolders.adapter(name))
        var kinds: Set<String> = [], refusals: Set<String> = [], drifts = 0
        for adapterCase in try AdapterFolders.cases(name) {
            switch try #require(runner.outcome(of: adapterCase)) {
            case .refused(let refusal):
                refusals.insert(refusal.code)
            case .mapped(let event, _, _):
                kinds.insert(event.kind)
                drifts += event.drift.isEmpty ? 0 : 1
                #expect(adapterCase.name.hasPrefix(event.kind + "-"), "\(adapterCase.name) is a case of \(event.kind)")
            }
        }
        #expect(kinds.isSuperset(of: try #require(Self.documentedKinds[name])))
        #expect(refusals.contains("invalid_json"))
        #expect(!refusals.isDisjoint(with: ["bad_signature", "wrong_secret"]))
        #expect(drifts > 0)
    }

    @Test func theEmbeddedAdaptersAreThoseOfTheFolder() throws {
        #expect(Adapter.builtIn.map(\.name) == AdapterFolders.names)
        for adapter in Adapter.builtIn { #expect(adapter.manifest == (try AdapterFolders.adapter(adapter.name)).manifest) }
    }

    @Test func probelysCredentialsReachNeitherTheJournalNorARecord() throws {
        let trial = try #require(AdapterTrial(adapter: try AdapterFolders.adapter("probely"), secrets: []))
        let time = Timestamp(milliseconds: 1_727_000_000_000)
        var canaries = 0
        for adapterCase in try AdapterFolders.cases("probely") {
            let request = AdapterTrial.Request(head: RequestHead(headers: [] as [HeaderField]), body: adapterCase.body, time: time)
            guard case .mapped(let event, let kept, let redacted) = trial.accept(request) else { continue }
            let text = String(decoding: kept, as: UTF8.self) + event.records.map { $0.record.json.text }.joined() + redacted.joined()
            #expect(!text.contains("CANARY-"), "\(adapterCase.name)")
            if String(decoding: adapterCase.body, as: UTF8.self).contains("CANARY-") { canaries += 1 }
        }
        #expect(canaries > 10)
    }

    @Test func contentAsTextIsTheSameFinding() throws {
        let body = try VendorSamples.bytes("samples/probely/finding_detected.json")
        let members = try #require(try JSONValue(parsing: body).objectValue)
        let asText = JSONValue.object(
            members.map { $0.name == "content" ? JSONMember(name: "content", value: .string(String(decoding: $0.value.bytes, as: UTF8.self))) : $0 })
        func finding(_ body: [UInt8]) throws -> Finding {
            guard case .finding(var finding, _) = try #require(try SampleFactsTests.event("probely", body).records.first) else { throw NoFinding() }
            finding.raw = RawReference(receipt: 0, sha256: .zero, size: 0)
            return finding
        }
        #expect(try finding(body) == finding(asText.bytes))
    }

    private struct NoFinding: Error {}

    @Test(arguments: [
        (
            #"{"name":"A","target":"a.test","lastSeen":"2024-11-01T00:00:00Z","severity":"low"}"#,
            #"{"name":"A","target":"a.test","lastSeen":"2024-11-02T00:00:00Z","severity":"high"}"#
        ),
        (
            #"{"threat":{"title":"A","lastSeen":"2024-11-01"},"asset":{"host":"a.test","lastSeen":"x"}}"#,
            #"{"threat":{"title":"A","lastSeen":"2024-11-02"},"asset":{"host":"a.test","lastSeen":"y"}}"#
        ),
        (#"{"id":7,"name":"A","host":"b.test"}"#, #"{"id":7,"name":"B","host":"b.test","severity":"low"}"#), (#""A on a.test""#, #""A on a.test""#),
        (#"{"Title":"A","HOST":"a.test","Port":443}"#, #"{"title":"A","host":"a.test","port":"443","risk":"low"}"#),
    ])
    func aThreatIsTheSameWhateverElseChanges(first: String, second: String) throws {
        func uid(_ entry: String) throws -> [String] {
            let body = #"{"scanId":"s","status":"completed","results":{"threatsFound":1,"details":[\#(entry)]},"timestamp":"2024-11-04T14:55:00Z"}"#
            return try SampleFactsTests.event("reconfirm", Array(body.utf8)).records.map(\.record).filter { $0.kind == .finding }.map(\.uid)
        }
        #expect(try uid(first).count == 1)
        #expect(try uid(first) == uid(second))
    }

    @Test(arguments: [
        (#"{"name":"A","target":"a.test"}"#, #"{"name":"A","target":"b.test"}"#), (#"{"name":"A","port":1}"#, #"{"name":"A","port":2}"#),
        (#"{"x":1}"#, #"{"x":2}"#),
        (#""A""#, #""B""#), (#"{"id":"1","name":"A"}"#, #"{"id":"2","name":"A"}"#),
        (#"{"id":"1","target":"a.test"}"#, #"{"id":"1","target":"b.test"}"#), (#"{"id":"1","path":"/a"}"#, #"{"id":"1","path":"/b"}"#),
        (#"{"id":"1","target":"a.test","param":"a"}"#, #"{"id":"1","target":"a.test","param":"b"}"#),
    ])
    func differentThreatsAreDifferentFindings(first: String, second: String) throws {
        let body = #"{"scanId":"s","status":"completed","results":{"threatsFound":2,"details":[\#(first),\#(second)]},"timestamp":"2024-11-04T14:55:00Z"}"#
        let findings = try SampleFactsTests.event("reconfirm", Array(body.utf8)).records.map(\.record).filter { $0.kind == .finding }
        #expect(Set(findings.map(\.uid)).count == 2)
    }
}
