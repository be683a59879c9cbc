import FindingModel

/// A value of a finding that a template can name; the raw values are the words.
package enum TemplateField: String, Hashable, Sendable, CaseIterable {
    case uid, title, desc, remediation, severity, status, labels
    case sourceUID = "source_uid"
    case vendorSeverity = "vendor_severity"
    case vendorStatus = "vendor_status"
    case vendor = "scanner.vendor_name"
    case scanner = "scanner.name"
    case feature = "scanner.feature"
    case ruleUID = "rule.uid"
    case ruleName = "rule.name"
    case ruleCategory = "rule.category"
    /// All ids, separated by `, `.
    case vulnerabilities
    /// The CVE ids among them.
    case cves
    /// The CWE ids among them.
    case cwes
    /// The highest base score that the vendor gave.
    case cvss
    /// All resources by their names, separated by `, `.
    case resources
    /// The first resource: its name, or else its host, address or URL.
    case resource
    case hostname = "resource.hostname"
    case ip = "resource.ip"
    case port = "resource.port"
    case url = "resource.url"
    case path = "resource.path"
    case firstSeen = "first_seen_time"
    case lastSeen = "last_seen_time"
    case fixed = "fixed_time"
    case occurrences = "occurrence_count"
    case scanUID = "scan_uid"

    /// Whether the value is a number, digits as the vendor wrote them.
    package var isNumber: Bool {
        switch self {
        case .cvss, .port, .occurrences: true
        default: false
        }
    }

    /// The finding's value; nothing when it has none.
    func value(of finding: Finding) -> String? {
        switch self {
        case .uid: finding.uid
        case .title: finding.title
        case .desc: finding.desc
        case .remediation: finding.remediation
        case .severity: finding.severity.word
        case .status: finding.status.word
        case .labels: Self.joined(finding.labels)
        case .sourceUID: finding.sourceUID
        case .vendorSeverity: finding.vendorSeverity
        case .vendorStatus: finding.vendorStatus
        case .vendor: finding.scanner.vendorName
        case .scanner: finding.scanner.name
        case .feature: finding.scanner.feature
        case .ruleUID: finding.rule?.uid
        case .ruleName: finding.rule?.name
        case .ruleCategory: finding.rule?.category
        case .vulnerabilities: Self.joined(finding.vulnerabilities.map(\.id))
        case .cves: Self.joined(finding.vulnerabilities.filter { $0.type == .cve }.map(\.id))
        case .cwes: Self.joined(finding.vulnerabilities.filter { $0.type == .cwe }.map(\.id))
        case .cvss: Self.highestScore(finding.vulnerabilities)
        case .resources: Self.joined(finding.resources.compactMap(\.displayName))
        case .resource, .hostname, .ip, .port, .url, .path: finding.resources.first.flatMap { value(of: $0) }
        case .firstSeen: finding.firstSeenTime.rfc3339
        case .lastSeen: finding.lastSeenTime.rfc3339
        case .fixed: finding.fixedTime?.rfc3339
        case .occurrences: finding.occurrenceCount.map { String($0) }
        case .scanUID: finding.scanUID
        }
    }

    private static func joined(_ texts: [String]) -> String? { texts.isEmpty ? nil : texts.joined(separator: ", ") }

    private static func highestScore(_ vulnerabilities: [Vulnerability]) -> String? {
        let scores = vulnerabilities.flatMap(\.cvss).compactMap(\.baseScore)
        return scores.max { (Double($0) ?? 0) < (Double($1) ?? 0) }
    }
}

extension Resource {
    /// What people call it: its name, or else its URL, host, address or the vendor's id.
    var displayName: String? { [name, url, hostname, ip, uid].lazy.compactMap { $0 }.first { !$0.utf8.isEmpty } }
}
