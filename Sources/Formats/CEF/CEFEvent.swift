import Bytes
import FindingModel

/// Lines of the ArcSight Common Event Format, version 0: `CEF:0|Weir|Weir|version|change type|title|severity|key=value …`.
///
/// Keys, meanings and lengths are those of the ArcSight Common Event Format implementation standard, version 25
/// (https://www.microfocus.com/documentation/arcsight, "Implementing ArcSight Common Event Format"). It has no place for evidence, remedies
/// and most lists: docs/sinks.md names what is lost.
enum CEFEvent {
    static func of(_ content: EventContent, version: String) -> [UInt8] {
        let change = content.change
        var line = CEFLine(version: version, signature: change.type)
        line.extend("rt", change.receivedTime)
        line.label("cs5", "source", change.source, 4000)
        line.label("cs6", "changeId", change.id, 4000)
        line.label("cn2", "sequence", String(change.sequence), 20)
        if content.stamp != change.time { line.label("deviceCustomDate2", "time", change.time) }
        line.label("flexString1", "cut", content.cut.joined(separator: " "), 1023)
        switch content.record {
        case .finding(let finding): write(finding, &line)
        case .scan(let scan): write(scan, &line)
        case .notice(let notice): write(notice, &line)
        }
        return line.bytes
    }

    private static func write(_ finding: Finding, _ line: inout CEFLine) {
        line.name = finding.title
        line.severity = severity(finding.severity)
        line.extend("externalId", finding.uid, 40)
        line.extend("cat", finding.rule?.category, 1023)
        line.extend("start", finding.firstSeenTime)
        line.extend("end", finding.lastSeenTime)
        line.extend("msg", finding.desc, 1023)
        line.extend("reason", finding.vendorStatus, 1023)
        let ids = finding.vulnerabilities.map(\.id).joined(separator: " ")
        line.label("cs1", "vulnerabilities", ids, 4000)
        line.label("cs2", "status", finding.status.word, 4000)
        line.label("cs3", "scanner", name(of: finding.scanner), 4000)
        line.label("cs4", "rule", finding.rule?.uid ?? finding.rule?.name, 4000)
        if let score = CVSSScore.highestVersion(of: finding) { line.label("cfp1", "cvss", score.digits, 20) }
        if let count = finding.occurrenceCount { line.label("cn1", "occurrences", String(count), 20) }
        line.label("deviceCustomDate1", "fixed", finding.fixedTime)
        line.label("flexString2", "vendorSeverity", finding.vendorSeverity, 1023)
        write(finding.resources.first, &line)
    }

    private static func write(_ scan: Scan, _ line: inout CEFLine) {
        line.name = "\(scan.name ?? "Scan"): \(scan.status.word)"
        line.extend("externalId", scan.uid, 40)
        line.extend("cat", scan.type, 1023)
        line.extend("start", scan.startTime)
        line.extend("end", scan.endTime)
        line.extend("msg", scan.errors.joined(separator: "\n"), 1023)
        line.extend("request", scan.srcURL, 1023)
        line.label("cs1", "targets", scan.scope?.targets.joined(separator: " "), 4000)
        line.label("cs2", "status", scan.status.word, 4000)
        line.label("cs3", "scanner", name(of: scan.scanner), 4000)
        line.label("cs4", "profile", scan.scope?.profile, 4000)
        if let total = scan.totals?.total { line.label("cn1", "findings", String(total), 20) }
    }

    private static func write(_ notice: Notice, _ line: inout CEFLine) {
        line.name = notice.summary
        line.extend("externalId", notice.uid, 40)
        line.extend("cat", notice.kind, 1023)
        write(notice.resource, &line)
    }

    private static func write(_ resource: Resource?, _ line: inout CEFLine) {
        guard let resource else { return }
        line.extend("dhost", resource.hostname ?? resource.name, 1023)
        if let address = resource.ip.flatMap({ IPAddress($0) }) {
            if address.isIPv4 { line.extend("dst", address.description, 40) } else { line.label("c6a3", "address", address.description, 40) }
        }
        line.extend("dpt", resource.port.map { String($0) }, 5)
        line.extend("proto", resource.protocolName, 31)
        line.extend("request", resource.url ?? resource.path, 1023)
        line.extend("requestMethod", resource.method, 1023)
    }

    /// 0 to 10, or a word.
    private static func severity(_ severity: Severity) -> String {
        switch severity {
        case .unknown: "Unknown"
        case .info: "1"
        case .low: "3"
        case .medium: "5"
        case .high: "8"
        case .critical: "10"
        }
    }

    private static func name(of scanner: Scanner) -> String {
        [scanner.vendorName, scanner.name, scanner.feature ?? ""].filter { !$0.isEmpty }.joined(separator: " ")
    }
}
