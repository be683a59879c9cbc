import FindingModel
import Testing

@Suite struct CrossFlawTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        var resource = Resource()
        var vulnerabilities: [(Vulnerability.Kind, String)] = []
        var rule: Rule?
        var writtenHost: String?
        let cross1: [String]?
        let cross2: [String]?

        var testDescription: String { name }
    }

    private static func host(_ name: String, path: String? = nil) -> Resource {
        var resource = Resource()
        (resource.hostname, resource.path) = (name, path)
        return resource
    }

    private static func image(_ name: String, ip: String? = nil) -> Resource {
        var resource = Resource()
        (resource.type, resource.name, resource.ip, resource.path) = ("image", name, ip, "/layer")
        return resource
    }

    private static let cases = [
        Case(
            name: "CVEs in capitals, sorted, each once", resource: host("H.example.", path: "/a"),
            vulnerabilities: [(.cve, "CVE-2024-2"), (.cwe, "CWE-79"), (.cve, "cve-2024-10"), (.cve, "cve-2024-2"), (.cve, "")], rule: Rule(uid: "r"),
            cross1: ["h.example", "cve", "CVE-2024-10", "CVE-2024-2"], cross2: ["host", "h.example", "cve", "CVE-2024-10", "CVE-2024-2"]),
        Case(
            name: "a CWE and the path", resource: host("h", path: "/a/?q"), vulnerabilities: [(.ghsa, "GHSA-1"), (.cwe, "cwe-79")],
            cross1: ["h", "cwe", "/a", "CWE-79"], cross2: ["host", "h", "cwe", "/a", "CWE-79"]),
        Case(
            name: "a rule and the path", resource: host("h"), vulnerabilities: [(.vendor, "v")], rule: Rule(uid: "", name: "n"),
            cross1: ["h", "rule", "/", "n"], cross2: ["host", "h", "rule", "/", "n"]),
        Case(
            name: "a GHSA of an image, whose host has none", resource: image("nginx"), vulnerabilities: [(.ghsa, "ghsa-1"), (.cwe, "CWE-79")],
            cross1: nil, cross2: ["image", "docker.io/nginx:latest", "ghsa", "GHSA-1"]),
        Case(
            name: "a CWE of an image has no path", resource: image("nginx"), vulnerabilities: [(.cwe, "CWE-79")],
            cross1: nil, cross2: ["image", "docker.io/nginx:latest", "cwe", "/", "CWE-79"]),
        Case(
            name: "the name as it was written", resource: host("xn--bcher-kva.example"), vulnerabilities: [(.cve, "CVE-1")], writtenHost: "BüCHER.example",
            cross1: ["bücher.example", "cve", "CVE-1"], cross2: ["host", "xn--bcher-kva.example", "cve", "CVE-1"]),
        Case(name: "nothing that names the flaw", resource: host("h"), rule: Rule(category: "c"), cross1: nil, cross2: nil),
    ]

    @Test(arguments: cases) func bothFingerprintsAreMadeOfWhatNamesTheFlaw(_ example: Case) {
        var fingerprints = Fingerprints(instance: "i")
        fingerprints.setCross(
            resources: [Resource(), example.resource], vulnerabilities: example.vulnerabilities.map { Vulnerability(id: $1, type: $0) }, rule: example.rule,
            writtenHost: example.writtenHost)
        #expect(fingerprints.cross1 == example.cross1.map(RecordIdentity.key(tuple:)))
        #expect(fingerprints.cross2 == example.cross2.map(RecordIdentity.key(tuple:)))
    }
}
