import Digests
import FindingModel

/// Records with every field, and with none that may be left out.
enum Samples {
    static let time = Timestamp(milliseconds: 1_772_445_600_000)
    static let raw = RawReference(receipt: 42, sha256: SHA256Hash.digest(of: Array("abc".utf8)), size: 1400)

    static var smallFinding: Finding {
        Finding(
            uid: "f_0123456789abcdef0123456789abcdef", fingerprints: Fingerprints(instance: String(repeating: "0123456789abcdef", count: 4)), title: "T",
            scanner: Scanner(vendorName: "Acme", name: "Scan"), firstSeenTime: time, lastSeenTime: time.advanced(byMilliseconds: 1), raw: raw)
    }

    static var fullFinding: Finding {
        var finding = smallFinding
        finding.sourceUID = "src\"1\\"
        finding.fingerprints.cross1 = String(repeating: "ab", count: 32)
        finding.title = "Línea\u{1}\r\n\u{2028}"
        finding.desc = "d"
        finding.remediation = "r"
        finding.severity = .high
        finding.vendorSeverity = "Hoch"
        finding.status = .falsePositive
        finding.vendorStatus = "no"
        finding.scanner.feature = "OPENVAS"
        finding.rule = Rule(uid: "1.2", name: "n", category: "web")
        finding.vulnerabilities = [
            Vulnerability(
                id: "CVE-2024-1", type: .cve, cvss: [CVSS(version: "3.1", baseScore: "6.10", vectorString: "CVSS:3.1/AV:N"), CVSS(baseScore: "1e0")],
                references: ["https://a.example", "https://b.example"]),
            Vulnerability(id: "x", type: .vendor),
        ]
        finding.resources = [fullResource, Resource()]
        finding.evidence = [Evidence(type: "http", summary: "s", request: "GET / HTTP/1.1\r\n\r\n", response: "200"), Evidence(type: "text")]
        finding.fixedTime = time
        finding.occurrenceCount = 14
        finding.scanUID = "s_0123456789abcdef0123456789abcdef"
        finding.tickets = [Ticket(system: "holm", uid: "7", status: "Open", srcURL: "https://t.example", assignee: "bob", dueTime: time), Ticket(uid: "8")]
        finding.labels = ["prod", "équipe"]
        finding.unmapped = RawJSON(bytes: Array("{\"a\":[1.50,null,{\"b\":\"\\u0001\"}]}".utf8))
        return finding
    }

    static var fullResource: Resource {
        var resource = Resource()
        resource.uid = "u"
        resource.type = "web"
        resource.name = "n"
        resource.hostname = "h.example"
        resource.ip = "192.0.2.1"
        resource.port = 443
        resource.protocolName = "tcp"
        resource.url = "https://h.example/p"
        resource.path = "/p"
        resource.method = "GET"
        resource.parameter = "q"
        resource.labels = ["l"]
        return resource
    }

    static var smallScan: Scan { Scan(uid: "s_0123456789abcdef0123456789abcdef", scanner: Scanner(vendorName: "Acme", name: "Scan"), raw: raw) }

    static var fullScan: Scan {
        var scan = smallScan
        scan.name = "weekly"
        scan.type = "network"
        scan.status = .completed
        scan.progress = 100
        scan.scope = Scan.Scope(targets: ["a", "b"], profile: "full")
        scan.startTime = time
        scan.endTime = time.advanced(byMilliseconds: 1000)
        scan.durationMilliseconds = 1000
        var totals = Scan.Totals()
        totals.critical = 0
        totals.high = 1
        totals.medium = 2
        totals.low = 3
        totals.info = 4
        totals.total = 10
        totals.new = 5
        totals.fixed = 6
        scan.totals = totals
        scan.findingUIDs = Scan.FindingUIDs(new: ["f_1"], open: ["f_2", "f_3"], closed: ["f_4"])
        scan.errors = ["e1", "e2"]
        scan.srcURL = "https://s.example"
        scan.scanner.feature = "NMAP"
        scan.unmapped = RawJSON(bytes: Array("{}".utf8))
        return scan
    }

    static var smallNotice: Notice { Notice(uid: "n_0123456789abcdef0123456789abcdef", kind: "other", summary: "s") }

    static var fullNotice: Notice {
        Notice(
            uid: "n_0123456789abcdef0123456789abcdef", kind: "target_created", summary: "s", resource: fullResource, raw: raw,
            unmapped: RawJSON(bytes: Array("{\"x\":1}".utf8)))
    }

    static var records: [Record] {
        [.finding(smallFinding), .finding(fullFinding), .scan(smallScan), .scan(fullScan), .notice(smallNotice), .notice(fullNotice)]
    }
}
