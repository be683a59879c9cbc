import FindingModel
import JSONDocument

/// A Vulnerability Finding; tickets and verdicts come with the profile `incident`.
struct OCSFFinding {
    let content: EventContent
    let finding: Finding

    func write(to writer: inout JSONWriter) {
        let status = OCSFFindingStatus(finding.status)
        writer.classification(.vulnerabilityFinding, activity: OCSFFindingStatus.activity(of: content.change.type))
        writer.required("time", epoch: content.change.time)
        writer.severity(finding.severity)
        writer.required("message", finding.title)
        writer.required("status_id", status.status.id)
        writer.required("status", status.status.caption)
        writer.required("status_detail", finding.status.word)
        writer.field("status_code", finding.vendorStatus)
        if let verdict = status.verdict {
            writer.required("verdict_id", verdict.id)
            writer.required("verdict", verdict.caption)
        }
        writer.field("count", finding.occurrenceCount)
        writer.field("end_time", epoch: finding.fixedTime)
        if let word = finding.vendorSeverity {
            writer.key("vendor_attributes")
            writer.beginObject()
            writer.field("severity", word)
            writer.endObject()
        }
        metadata(hasVerdict: status.verdict != nil).write(to: &writer)
        info(to: &writer)
        OCSFVulnerabilities(finding).write(to: &writer)
        writer.field("resources", finding.resources) { OCSFResource($0).write(to: &$1) }
        writer.field("tickets", tickets, Self.write)
        writer.rawData(finding.raw)
        writer.unmapped(content, vendor: finding.unmapped, rest)
    }

    private func metadata(hasVerdict: Bool) -> OCSFMetadata {
        var metadata = OCSFMetadata(content)
        metadata.scanner = finding.scanner
        metadata.raw = finding.raw
        metadata.correlation = finding.scanUID
        metadata.labels = finding.labels
        if hasVerdict || !tickets.isEmpty { metadata.profiles = ["incident"] }
        return metadata
    }

    private func info(to writer: inout JSONWriter) {
        writer.key("finding_info")
        writer.beginObject()
        writer.required("uid", finding.uid)
        writer.field("uid_alt", finding.sourceUID)
        writer.required("title", finding.title)
        writer.field("desc", finding.desc)
        writer.required("first_seen_time", epoch: finding.firstSeenTime)
        writer.required("last_seen_time", epoch: finding.lastSeenTime)
        if let rule = finding.rule, rule.isEntity {
            writer.key("analytic")
            writer.beginObject()
            writer.required("type_id", 1)
            writer.required("type", "Rule")
            writer.field("uid", rule.uid)
            writer.field("name", rule.name)
            writer.field("category", rule.category)
            writer.endObject()
        }
        writer.endObject()
    }

    /// The tickets that OCSF can name: by uid or URL.
    private var tickets: [Ticket] { finding.tickets.filter { !($0.uid ?? "").isEmpty || !($0.srcURL ?? "").isEmpty } }

    private static func write(_ ticket: Ticket, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.field("uid", ticket.uid)
        writer.field("src_url", ticket.srcURL)
        if let status = ticket.status {
            writer.required("status_id", 99)
            writer.field("status", status)
        }
        writer.endObject()
    }

    private func rest(to writer: inout JSONWriter) {
        writer.key("fingerprints")
        finding.fingerprints.write(to: &writer)
        if let rule = finding.rule, !rule.isEntity, rule != Rule() {
            writer.key("rule")
            rule.write(to: &writer)
        }
        let isWhole = finding.tickets.count == tickets.count && tickets.allSatisfy { $0.system == nil && $0.assignee == nil && $0.dueTime == nil }
        if !isWhole { writer.field("tickets", finding.tickets) { $0.write(to: &$1) } }
        if !OCSFVulnerabilities(finding).isWhole { writer.field("vulnerabilities", finding.vulnerabilities) { $0.write(to: &$1) } }
        writer.field("evidence", finding.evidence) { $0.write(to: &$1) }
        writer.field("status_detail", finding.statusDetail)
    }
}

extension Rule {
    /// Whether OCSF can name it: an entity has a uid or a name.
    fileprivate var isEntity: Bool { !(uid ?? "").isEmpty || !(name ?? "").isEmpty }
}
