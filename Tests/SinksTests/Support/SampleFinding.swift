import Digests
import FindingModel

extension Finding {
    /// A finding with something in most of its fields.
    static func sample(_ uid: String = "f_0123456789abcdef0123456789abcdef", status: FindingStatus = .open, severity: Severity = .high) -> Finding {
        var finding = Finding(
            uid: uid, fingerprints: Fingerprints(instance: String(repeating: "0", count: 64)), title: "SQL injection",
            scanner: Scanner(vendorName: "Acme", name: "Acme Scan", feature: "web"),
            firstSeenTime: Timestamp(milliseconds: 1_772_445_000_000), lastSeenTime: Timestamp(milliseconds: 1_772_448_600_000),
            raw: RawReference(receipt: 7, sha256: .zero, size: 0))
        finding.desc = "The parameter is put\ninto a query."
        finding.remediation = "Bind parameters."
        finding.severity = severity
        finding.vendorSeverity = "HIGH"
        finding.status = status
        finding.rule = Rule(uid: "sqli-1", name: "SQLi")
        finding.vulnerabilities = [
            Vulnerability(
                id: "CVE-2026-1234", type: .cve, cvss: [CVSS(version: "3.1", baseScore: "9.8", vectorString: "CVSS:3.1/AV:N")],
                references: ["https://example.com/a"]),
            Vulnerability(id: "CWE-89", type: .cwe),
        ]
        var resource = Resource()
        resource.name = "shop"
        resource.hostname = "shop.example.com"
        resource.port = 443
        resource.url = "https://shop.example.com/search"
        resource.path = "/search"
        resource.parameter = "q"
        finding.resources = [resource]
        finding.evidence = [Evidence(type: "http", summary: "an error of the database", request: "GET / HTTP/1.1")]
        if status == .fixed { finding.fixedTime = Timestamp(milliseconds: 1_772_448_600_000) }
        finding.occurrenceCount = 3
        finding.labels = ["prod", "needs review"]
        return finding
    }

    /// The same with `text` wherever a vendor's text stands.
    static func hostile(_ text: String, uid: String = "f_0123456789abcdef0123456789abcdef") -> Finding {
        var finding = sample(uid)
        finding.title = text
        finding.desc = text
        finding.remediation = text
        finding.vendorSeverity = text
        finding.scanner = Scanner(vendorName: text, name: text)
        finding.rule = Rule(uid: text, name: text)
        finding.vulnerabilities = [Vulnerability(id: text, type: .cve, references: [text]), Vulnerability(id: text, type: .cwe)]
        var resource = Resource()
        (resource.name, resource.hostname, resource.url, resource.path, resource.parameter) = (text, text, text, text, text)
        finding.resources = [resource]
        finding.evidence = [Evidence(summary: text)]
        finding.labels = [text]
        return finding
    }
}

/// Texts that mean something to one system or another.
enum HostileTexts {
    static let all = [
        "<!channel> <@U123> <https://evil.example|ok>", "@here @channel @everyone", "*bold* _it_ ~no~ `code` :bomb:", "& &amp; &lt;", "\"quoted\" \\ back",
        "\r\nBcc: x\r\n--weir-00--\r\n", "{{ title }} {{7*7}}", "[code]<script>alert(1)</script>[/code]", "[ CODE]x[/ code ]",
        "[~accountid:1] {color:red}h1. x{color} |a|b|", "</div><img src=x onerror=alert(1)>", "\u{0}\u{1b}[31m\u{202e}\u{2028}\u{85}\u{ffff}",
        "\"\u{301}<\u{301}>\u{301}&\u{301}",
        "^ORDERBYnumber^NQactive=true", "' OR 1=1 -- \" OR labels is EMPTY", String(repeating: "<&>@", count: 4000), "日本 👩‍👩‍👧 \u{10ffff}", "javascript:alert(1)",
        "",
    ]
}

extension Change {
    /// A change whose data is the whole record.
    static func finding(_ finding: Finding, _ sequence: UInt64, type: String = "finding.opened") -> Change {
        var change = Change.finding(sequence)
        change.type = type
        change.subject = finding.uid
        change.data = Record.finding(finding).json
        return change
    }
}
