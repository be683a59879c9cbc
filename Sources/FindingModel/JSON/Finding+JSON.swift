import JSONDocument

extension Finding {
    /// Writes the finding as one canonical JSON object.
    package func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.required("uid", uid)
        writer.field("source_uid", sourceUID)
        writer.key("fingerprints")
        fingerprints.write(to: &writer)
        writer.required("title", title)
        writer.field("desc", desc)
        writer.field("remediation", remediation)
        writer.required("severity", severity.word)
        writer.field("severity_id", Int64(severity.rawValue))
        writer.field("vendor_severity", vendorSeverity)
        writer.required("status", status.word)
        writer.field("vendor_status", vendorStatus)
        writer.field("status_detail", statusDetail)
        writer.key("scanner")
        scanner.write(to: &writer)
        if let rule, rule != Rule() {
            writer.key("rule")
            rule.write(to: &writer)
        }
        writer.field("vulnerabilities", vulnerabilities) { $0.write(to: &$1) }
        writer.required("resources", resources) { $0.write(to: &$1) }
        writer.field("evidence", evidence) { $0.write(to: &$1) }
        writer.required("first_seen_time", firstSeenTime)
        writer.required("last_seen_time", lastSeenTime)
        writer.field("fixed_time", fixedTime)
        writer.field("occurrence_count", occurrenceCount)
        writer.field("scan_uid", scanUID)
        writer.field("tickets", tickets) { $0.write(to: &$1) }
        writer.field("labels", labels)
        writer.key("raw")
        raw.write(to: &writer)
        writer.field("unmapped", unmapped)
        writer.endObject()
    }

    /// Reads what `write` wrote.
    package init(tape: JSONTape, node: Int = 0) throws(RecordError) {
        var reader = try RecordReader(tape, node: node, as: "finding")
        uid = try reader.string("uid")
        sourceUID = try reader.optionalString("source_uid")
        fingerprints = try Fingerprints(tape: tape, node: try reader.require("fingerprints"))
        title = try reader.string("title")
        desc = try reader.optionalString("desc")
        remediation = try reader.optionalString("remediation")
        severity = try Self.severity(&reader)
        vendorSeverity = try reader.optionalString("vendor_severity")
        guard let status = FindingStatus(rawValue: try reader.string("status")) else { throw .invalid("status") }
        self.status = status
        vendorStatus = try reader.optionalString("vendor_status")
        statusDetail = try reader.optionalString("status_detail")
        scanner = try Scanner(tape: tape, node: try reader.require("scanner"))
        rule = try reader.optionalObject("rule", Rule.init(tape:node:))
        vulnerabilities = try reader.objects("vulnerabilities", Vulnerability.init(tape:node:))
        resources = try reader.requiredObjects("resources", Resource.init(tape:node:))
        evidence = try reader.objects("evidence", Evidence.init(tape:node:))
        firstSeenTime = try reader.timestamp("first_seen_time")
        lastSeenTime = try reader.timestamp("last_seen_time")
        fixedTime = try reader.optionalTimestamp("fixed_time")
        occurrenceCount = try reader.optionalInteger("occurrence_count")
        scanUID = try reader.optionalString("scan_uid")
        tickets = try reader.objects("tickets", Ticket.init(tape:node:))
        labels = try reader.strings("labels")
        raw = try RawReference(tape: tape, node: try reader.require("raw"))
        unmapped = try reader.optionalRaw("unmapped")
        try reader.finish()
    }

    /// The severity, which stands there twice, as a word and as a number.
    private static func severity(_ reader: inout RecordReader) throws(RecordError) -> Severity {
        guard let severity = Severity(word: try reader.string("severity")) else { throw .invalid("severity") }
        guard try reader.optionalInteger("severity_id") == Int64(severity.rawValue) else { throw .invalid("severity_id") }
        return severity
    }
}
