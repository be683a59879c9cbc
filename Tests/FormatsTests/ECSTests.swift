import FindingModel
import Formats
import JSONDocument
import Testing

struct ECSTests {
    private static let encoder = EventEncoder(.ecs, evidence: .full, version: "1.0.0")

    @Test(arguments: 1...300) func everyDocumentUsesTheStandardsFieldsAndLosesNothing(seed: Int) throws {
        var random = RandomChange(seed: seed)
        let change = random.next()
        let value = try JSONValue(parsing: Self.encoder.encode(change).bytes)
        #expect(ECSCheck.issues(value) == [], "seed \(seed)")
        let isSame = ECSReader(value).change == change
        #expect(isSame, "seed \(seed)")
    }

    @Test func theHighestCVSSVersionStandsInTheOnePlace() throws {
        var finding = Samples.finding
        finding.vulnerabilities = [
            Vulnerability(id: "CWE-1", type: .cwe),
            Vulnerability(
                id: "CVE-2024-1", type: .cve,
                cvss: [CVSS(version: "2.0", baseScore: "5.0"), CVSS(version: "4.0", baseScore: "8.70"), CVSS(version: "9", baseScore: "1e999")]),
        ]
        let value = try JSONValue(parsing: Self.encoder.encode(Samples.change(.finding(finding))).bytes)
        #expect(value["vulnerability"]?["id"]?.stringValue == "CVE-2024-1")
        #expect(value["vulnerability"]?["score"]?["base"] == .number("8.70"))
        #expect(value["vulnerability"]?["score"]?["version"]?.stringValue == "4.0")
        #expect(value["host"]?["ip"] == .array([.string("192.0.2.7")]))
        #expect(value["network"]?["transport"]?.stringValue == "tcp")
    }

    /// A vendor's member names would become the index's fields, and one wrong type refuses the document.
    @Test func whatTheVendorSaidBesideAllFieldsIsOneText() throws {
        var finding = Samples.finding
        finding.unmapped = RawJSON(bytes: Array(#"{"":1,"a.b":{"c":null}}"#.utf8))
        let value = try JSONValue(parsing: Self.encoder.encode(Samples.change(.finding(finding))).bytes)
        #expect(value["weir"]?["unmapped"]?.stringValue == #"{"":1,"a.b":{"c":null}}"#)
    }

    @Test(arguments: ["field", "array", "kind", "address", "number"]) func theCheckSeesMistakes(mistake: String) throws {
        var document = try JSONValue(parsing: Self.encoder.encode(Samples.change(.finding(Samples.finding))).bytes)
        #expect(ECSCheck.issues(document) == [])
        switch mistake {
        case "field": document.set(["vulnerability", "status"], .string("open"))
        case "array": document.set(["event", "category"], .string("vulnerability"))
        case "kind": document.set(["event", "kind"], .string("finding"))
        case "address": document.set(["host", "ip"], .array([.string("192.0.2")]))
        default: document.set(["destination", "port"], .string("443"))
        }
        #expect(ECSCheck.issues(document) != [], "\(mistake)")
    }
}
