import FindingModel
import JSONDocument

/// A scan: its run as `event`, its id as the report's.
struct ECSScan {
    let content: EventContent
    let scan: Scan

    func write(to writer: inout JSONWriter) {
        writer.required("message", "\(scan.name ?? "Scan"): \(scan.status.word)")
        var event = ECSEventFields(content)
        event.outcome = Self.outcome(scan.status)
        event.start = scan.startTime
        event.end = scan.endTime
        event.durationMilliseconds = scan.durationMilliseconds
        event.reference = scan.srcURL
        event.raw = scan.raw
        event.write(to: &writer)
        writer.key("vulnerability")
        writer.beginObject()
        writer.required("report_id", scan.uid)
        writer.key("scanner")
        writer.beginObject()
        writer.required("vendor", scan.scanner.vendorName)
        writer.endObject()
        writer.endObject()
        writer.key("observer")
        writer.beginObject()
        writer.required("vendor", scan.scanner.vendorName)
        writer.required("product", scan.scanner.name)
        writer.endObject()
        weir(to: &writer)
    }

    private func weir(to writer: inout JSONWriter) {
        writer.key("weir")
        writer.beginObject()
        writer.weirFields(content, uid: scan.uid, raw: scan.raw, unmapped: scan.unmapped)
        writer.field("name", scan.name)
        writer.field("type", scan.type)
        writer.required("status", scan.status.word)
        writer.field("progress", scan.progress)
        if let scope = scan.scope, scope != Scan.Scope() {
            writer.key("scope")
            scope.write(to: &writer)
        }
        writer.field("duration_ms", scan.durationMilliseconds)
        if let totals = scan.totals, totals != Scan.Totals() {
            writer.key("totals")
            totals.write(to: &writer)
        }
        if let uids = scan.findingUIDs, uids != Scan.FindingUIDs() {
            writer.key("finding_uids")
            uids.write(to: &writer)
        }
        writer.field("errors", scan.errors)
        writer.field("scanner_feature", scan.scanner.feature)
        writer.endObject()
    }

    private static func outcome(_ status: ScanStatus) -> String? {
        switch status {
        case .completed: "success"
        case .failed: "failure"
        case .cancelled, .unknown: "unknown"
        case .scheduled, .queued, .started: nil
        }
    }
}
