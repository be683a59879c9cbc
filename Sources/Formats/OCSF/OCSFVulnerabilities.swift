import FindingModel
import JSONDocument

/// The list `vulnerabilities`, which is never empty and whose items name exactly one of `cve`, `cwe` and `advisory` (just_one, since 1.4).
///
/// Beside a CVE, weaknesses are its `related_cwes`. A finding that names nothing gets an advisory made of vendor and rule.
struct OCSFVulnerabilities {
    private let finding: Finding
    private let items: [Vulnerability]
    /// Weaknesses that stand inside the CVEs.
    private let related: [Vulnerability]

    init(_ finding: Finding) {
        self.finding = finding
        let hasCVE = finding.vulnerabilities.contains { $0.type == .cve }
        items = hasCVE ? finding.vulnerabilities.filter { $0.type != .cwe } : finding.vulnerabilities
        related = hasCVE ? finding.vulnerabilities.filter { $0.type == .cwe } : []
    }

    /// Whether the list says everything that the record says, in its order.
    var isWhole: Bool {
        items + related == finding.vulnerabilities
            && related.allSatisfy { $0.cvss.isEmpty && $0.references.isEmpty }
            && items.allSatisfy { $0.cvss.isEmpty || ($0.type == .cve && $0.cvss.allSatisfy(\.isComplete)) }
    }

    func write(to writer: inout JSONWriter) {
        writer.key("vulnerabilities")
        writer.beginArray()
        for (index, item) in items.enumerated() {
            writer.beginObject()
            write(item, to: &writer)
            writer.field("references", item.references)
            remediation(at: index, to: &writer)
            writer.endObject()
        }
        if items.isEmpty {
            writer.beginObject()
            advisory(standIn, "rule", to: &writer)
            remediation(at: 0, to: &writer)
            writer.endObject()
        }
        writer.endArray()
    }

    private func write(_ item: Vulnerability, to writer: inout JSONWriter) {
        switch item.type {
        case .cve:
            writer.key("cve")
            writer.beginObject()
            writer.required("uid", item.id)
            writer.field("cvss", item.cvss.filter(\.isComplete)) { $0.write(to: &$1) }
            writer.field("related_cwes", related, Self.cwe)
            writer.endObject()
        case .cwe:
            writer.key("cwe")
            Self.cwe(item, to: &writer)
        case .ghsa, .vendor: advisory(item.id, item.type.rawValue, to: &writer)
        }
    }

    private static func cwe(_ item: Vulnerability, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.required("uid", item.id)
        writer.endObject()
    }

    private func advisory(_ uid: String, _ classification: String, to writer: inout JSONWriter) {
        writer.key("advisory")
        writer.beginObject()
        writer.required("uid", uid)
        writer.required("classification", classification)
        writer.endObject()
    }

    /// The remedy is the finding's; it stands once.
    private func remediation(at index: Int, to writer: inout JSONWriter) {
        guard index == 0, let text = finding.remediation else { return }
        writer.key("remediation")
        writer.beginObject()
        writer.required("desc", text)
        writer.endObject()
    }

    /// What a finding without any name of its flaw is called.
    private var standIn: String {
        let name = [finding.rule?.uid, finding.rule?.name, finding.sourceUID].lazy.compactMap { $0 }.first { !$0.isEmpty }
        return "\(finding.scanner.vendorName):\(name ?? finding.uid)"
    }
}

extension CVSS {
    /// Whether it has what OCSF's object must have.
    fileprivate var isComplete: Bool { !(version ?? "").isEmpty && !(baseScore ?? "").isEmpty }
}
