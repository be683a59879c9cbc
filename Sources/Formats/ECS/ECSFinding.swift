import FindingModel
import JSONDocument

/// A finding: `vulnerability` and `rule`, its first resource as `host`, `url` and `destination`, all of them as `related`.
struct ECSFinding {
    let content: EventContent
    let finding: Finding

    func write(to writer: inout JSONWriter) {
        writer.required("message", finding.title)
        var event = ECSEventFields(content)
        event.severity = finding.severity
        event.start = finding.firstSeenTime
        event.end = finding.lastSeenTime
        event.raw = finding.raw
        event.write(to: &writer)
        writer.field("tags", finding.labels)
        rule(to: &writer)
        ECSVulnerability(finding: finding).write(to: &writer)
        ECSResources(finding.resources).write(to: &writer)
        writer.key("observer")
        writer.beginObject()
        writer.required("vendor", finding.scanner.vendorName)
        writer.required("product", finding.scanner.name)
        writer.endObject()
        weir(to: &writer)
    }

    private func rule(to writer: inout JSONWriter) {
        guard let rule = finding.rule, rule != Rule() else { return }
        writer.key("rule")
        writer.beginObject()
        writer.field("id", rule.uid)
        writer.field("name", rule.name)
        writer.field("category", rule.category)
        writer.endObject()
    }

    private func weir(to writer: inout JSONWriter) {
        writer.key("weir")
        writer.beginObject()
        writer.weirFields(content, uid: finding.uid, raw: finding.raw, unmapped: finding.unmapped)
        writer.field("source_uid", finding.sourceUID)
        writer.key("fingerprints")
        finding.fingerprints.write(to: &writer)
        writer.field("remediation", finding.remediation)
        writer.field("vendor_severity", finding.vendorSeverity)
        writer.required("status", finding.status.word)
        writer.field("vendor_status", finding.vendorStatus)
        writer.field("status_detail", finding.statusDetail)
        writer.field("scanner_feature", finding.scanner.feature)
        writer.field("vulnerabilities", finding.vulnerabilities, Self.write)
        writer.field("resources", finding.resources) { $0.write(to: &$1) }
        writer.field("evidence", finding.evidence) { $0.write(to: &$1) }
        writer.field("fixed_time", finding.fixedTime)
        writer.field("occurrence_count", finding.occurrenceCount)
        writer.field("tickets", finding.tickets) { $0.write(to: &$1) }
        writer.endObject()
    }

    /// As in the record, with scores as text.
    private static func write(_ vulnerability: Vulnerability, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.required("id", vulnerability.id)
        writer.required("type", vulnerability.type.rawValue)
        writer.field("cvss", vulnerability.cvss) { cvss, writer in
            writer.beginObject()
            writer.field("version", cvss.version)
            writer.field("base_score", cvss.baseScore)
            writer.field("vector_string", cvss.vectorString)
            writer.endObject()
        }
        writer.field("references", vulnerability.references)
        writer.endObject()
    }
}
