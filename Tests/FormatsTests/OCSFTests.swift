import FindingModel
import Formats
import JSONDocument
import Testing

struct OCSFTests {
    private static let encoder = EventEncoder(.ocsf, evidence: .full, version: "1.0.0")

    @Test(arguments: 1...300) func everyEventIsValidByTheStandardAndLosesNothing(seed: Int) throws {
        var random = RandomChange(seed: seed)
        let change = random.next()
        let event = try Self.encoder.encode(change)
        let value = try JSONValue(parsing: event.bytes)
        #expect(Standard.issues(ocsf: value) == [], "seed \(seed)")
        let isSame = OCSFReader(value).change == change
        #expect(isSame, "seed \(seed)")
        #expect(event.cut.isEmpty)
    }

    /// MODEL's map of statuses: activity, status and verdict.
    @Test(
        arguments: [
            ("finding.opened", .open, 1, 1, nil), ("finding.in_progress", .inProgress, 2, 2, nil), ("finding.fixed", .fixed, 3, 4, nil),
            ("finding.reopened", .reopened, 2, 1, nil), ("finding.accepted", .accepted, 2, 3, nil), ("finding.false_positive", .falsePositive, 3, 3, 1),
            ("finding.ignored", .ignored, 3, 3, 3), ("finding.updated", .open, 2, 1, nil), ("finding.opened", .unknown, 1, 0, nil),
        ] as [(String, FindingStatus, Int64, Int64, Int64?)])
    func statusesHaveTheirNumbers(type: String, status: FindingStatus, activity: Int64, number: Int64, verdict: Int64?) throws {
        var finding = Samples.finding
        finding.status = status
        let value = try Self.value(Samples.change(.finding(finding), type: type))
        #expect(value["activity_id"]?.integerValue == activity)
        #expect(value["type_uid"]?.integerValue == 200_200 + activity)
        #expect(value["status_id"]?.integerValue == number)
        #expect(value["status_detail"]?.stringValue == status.word)
        #expect(value["verdict_id"]?.integerValue == verdict)
        #expect((value["metadata"]?["profiles"] != nil) == (verdict != nil))
        #expect(Standard.issues(ocsf: value) == [])
    }

    @Test func weaknessesStandInsideTheVulnerabilitiesTheyBelongTo() throws {
        var finding = Samples.finding
        finding.vulnerabilities = [
            Vulnerability(id: "CVE-2024-1", type: .cve), Vulnerability(id: "CVE-2024-2", type: .cve), Vulnerability(id: "CWE-79", type: .cwe),
        ]
        let value = try Self.value(Samples.change(.finding(finding)))
        let items = value["vulnerabilities"]?.arrayValue ?? []
        #expect(items.map { $0["cve"]?["uid"]?.stringValue } == ["CVE-2024-1", "CVE-2024-2"])
        #expect(items.allSatisfy { $0["cve"]?["related_cwes"]?.arrayValue?.first?["uid"]?.stringValue == "CWE-79" })
        // All of it has its place, so nothing is said twice.
        #expect(value["unmapped"]?["weir"]?["vulnerabilities"] == nil)
    }

    @Test func aFindingThatNamesNothingGetsAnAdvisoryOfItsRule() throws {
        var finding = Samples.finding
        finding.rule = Rule(uid: "40012", name: "Reflected XSS")
        let value = try Self.value(Samples.change(.finding(finding)))
        #expect(value["vulnerabilities"]?.arrayValue?.map { $0["advisory"]?["uid"]?.stringValue } == ["Acme:40012"])
    }

    @Test func noticesAreBaseEventsOfTheirKind() throws {
        let notice = Notice(uid: Samples.noticeUID, kind: "gateway_sink_paused", summary: "sink soc is paused: answered 403")
        let value = try Self.value(Samples.change(.notice(notice)))
        #expect(value["class_uid"]?.integerValue == 0)
        #expect(value["activity_name"]?.stringValue == "gateway_sink_paused")
        #expect(value["message"]?.stringValue == "sink soc is paused: answered 403")
        #expect(Standard.issues(ocsf: value) == [])
    }

    /// What the check must see, else its silence above means nothing.
    @Test(arguments: ["both", "caption", "member", "missing", "profile", "type", "number", "address"])
    func theCheckSeesMistakes(mistake: String) throws {
        var finding = Samples.finding
        finding.status = .falsePositive
        finding.vulnerabilities = [Vulnerability(id: "CVE-2024-1", type: .cve)]
        var event = try Self.value(Samples.change(.finding(finding)))
        #expect(Standard.issues(ocsf: event) == [])
        switch mistake {
        case "both": event.set(["vulnerabilities", "0", "cwe"], .object([JSONMember(name: "uid", value: .string("CWE-1"))]))
        case "caption": event.set(["severity"], .string("Bad"))
        case "member": event.set(["finding_info", "path"], .string("/"))
        case "missing": event.set(["metadata", "product"], nil)
        case "profile": event.set(["metadata", "profiles"], nil)
        case "type": event.set(["type_uid"], .number("200203"))
        case "number": event.set(["time"], .string("2026-03-02T10:00:00.000Z"))
        default: event.set(["resources", "0", "ip"], .string("not an address"))
        }
        #expect(Standard.issues(ocsf: event) != [], "\(mistake)")
    }

    private static func value(_ change: Change) throws -> JSONValue { try JSONValue(parsing: encoder.encode(change).bytes) }
}
