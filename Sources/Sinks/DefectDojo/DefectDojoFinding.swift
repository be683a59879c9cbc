import FindingModel
import JSONDocument

/// One finding in the form that "Generic Findings Import" reads
/// (DefectDojo 3.2, dojo/tools/generic/json_parser.py; docs/content/supported_tools/parsers/generic_findings_import.md).
///
/// The parser refuses a whole file for one member it does not know, and an error inside it is answered with 500, so everything
/// here fits the columns of `dojo.models.Finding` whatever the vendor wrote.
enum DefectDojoFinding {
    static func json(_ finding: Finding) -> JSONValue {
        .members(
            [
                ("title", .string(BlockText.line(finding.title, units: 500))),
                ("severity", .string(severity(finding.severity))),
                ("description", .string(description(finding))),
                ("mitigation", finding.remediation.map { .string(BlockText.clean($0, units: 20_000)) }),
                ("references", references(finding)),
                ("severity_justification", justification(finding)),
                ("steps_to_reproduce", evidence(finding)),
                ("date", .string(finding.firstSeenTime.rfc3339)),
                ("unique_id_from_tool", .string(finding.uid)),
                ("vuln_id_from_tool", finding.rule?.uid.map { .string(BlockText.line($0, units: 500)) }),
                ("dynamic_finding", .bool(true)), ("static_finding", .bool(false)), ("verified", .bool(false)),
                ("nb_occurences", finding.occurrenceCount.flatMap { (1...1_000_000_000).contains($0) ? .number(String($0)) : nil }),
                ("param", finding.resources.lazy.compactMap(\.parameter).first.map { .string(BlockText.line($0, units: 500)) }),
                ("tags", .strings(finding.labels.filter(isTag))),
                ("endpoints", endpoints(finding.resources)),
            ] + status(finding) + weaknesses(finding.vulnerabilities))
    }

    /// DefectDojo has no unknown severity; the vendor's own word stands in `severity_justification`.
    private static func severity(_ severity: Severity) -> String {
        switch severity {
        case .critical: "Critical"
        case .high: "High"
        case .medium: "Medium"
        case .low: "Low"
        case .info, .unknown: "Info"
        }
    }

    private static func justification(_ finding: Finding) -> JSONValue? {
        guard finding.severity == .unknown || finding.vendorSeverity != nil else { return nil }
        let word = finding.vendorSeverity.map { BlockText.line($0, units: 200) } ?? "none"
        return .string(finding.severity == .unknown ? "The severity is not known; the scanner says: \(word)" : "The scanner says: \(word)")
    }

    /// The uid is part of it, because as shipped DefectDojo tells findings apart by title, CWE and description.
    private static func description(_ finding: Finding) -> String {
        let text = finding.desc.map { BlockText.clean($0, units: 20_000) + "\n\n" } ?? ""
        let places = finding.resources.prefix(50).compactMap(\.displayName).map { "* \(BlockText.line($0, units: 300))\n" }.joined()
        return text + places + "\nWeir finding \(finding.uid)"
    }

    private static func references(_ finding: Finding) -> JSONValue? {
        let references = finding.vulnerabilities.flatMap(\.references).prefix(50).map { BlockText.line($0, units: 500) }
        return references.isEmpty ? nil : .string(references.joined(separator: "\n"))
    }

    /// Summaries only; requests and responses stay in the receipt.
    private static func evidence(_ finding: Finding) -> JSONValue? {
        let summaries = finding.evidence.prefix(10).compactMap(\.summary).map { BlockText.clean($0, units: 4000) }
        return summaries.isEmpty ? nil : .string(summaries.joined(separator: "\n\n"))
    }

    /// What the reimporter looks at: a mitigated finding closes the one it matches, an active one opens it again
    /// (dojo/importers/default_reimporter.py, `process_matched_finding`).
    private static func status(_ finding: Finding) -> [(name: String, value: JSONValue?)] {
        let isActive: Bool
        var flag: (name: String, value: JSONValue?) = ("is_mitigated", .bool(false))
        switch finding.status {
        case .open, .reopened, .unknown: isActive = true
        case .inProgress: (isActive, flag) = (true, ("under_review", .bool(true)))
        case .fixed: (isActive, flag) = (false, ("is_mitigated", .bool(true)))
        case .accepted: (isActive, flag) = (false, ("risk_accepted", .bool(true)))
        case .falsePositive: (isActive, flag) = (false, ("false_p", .bool(true)))
        case .ignored: (isActive, flag) = (false, ("out_of_scope", .bool(true)))
        }
        let mitigated = finding.status == .fixed ? JSONValue.string((finding.fixedTime ?? finding.lastSeenTime).rfc3339) : nil
        return [("active", .bool(isActive)), flag, ("mitigated", mitigated)]
    }

    private static func weaknesses(_ vulnerabilities: [Vulnerability]) -> [(name: String, value: JSONValue?)] {
        let ids = vulnerabilities.filter { ($0.type == .cve || $0.type == .ghsa) && $0.id.utf8.count <= 50 }.map(\.id)
        let weakness = vulnerabilities.lazy.filter { $0.type == .cwe }.compactMap { number(ofWeakness: $0.id) }.first
        let vectors = vulnerabilities.flatMap(\.cvss).compactMap(\.vectorString).filter { $0.utf8.allSatisfy { (0x21...0x7e).contains($0) } }
        let third = vectors.first { $0.utf8.starts(with: "CVSS:3.".utf8) && $0.utf8.count <= 117 }
        let fourth = vectors.first { $0.utf8.starts(with: "CVSS:4.".utf8) && $0.utf8.count <= 255 }
        return [
            ("vulnerability_ids", .strings(ids)), ("cwe", weakness.map { .integer($0) }), ("cvssv3", third.map { .string($0) }),
            ("cvssv4", fourth.map { .string($0) }),
        ]
    }

    /// `CWE-79` or `79`.
    private static func number(ofWeakness id: String) -> Int? {
        let digits = id.utf8.drop { !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return Int(String(decoding: digits, as: UTF8.self)).flatMap { (1...99_999).contains($0) ? $0 : nil }
    }

    private static func endpoints(_ resources: [Resource]) -> JSONValue? {
        let endpoints = resources.prefix(200).compactMap(DefectDojoEndpoint.json)
        return endpoints.isEmpty ? nil : .array(endpoints)
    }

    private static func isTag(_ label: String) -> Bool {
        (1...50).contains(label.utf8.count)
            && label.utf8.allSatisfy { byte in
                byte >= 0x80 || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                    || "-._:/".utf8.contains(byte)
            }
    }
}
