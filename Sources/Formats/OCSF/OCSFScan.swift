import FindingModel
import JSONDocument

/// A Scan Activity. A scan has no severity, so it is unknown.
struct OCSFScan {
    let content: EventContent
    let scan: Scan

    func write(to writer: inout JSONWriter) {
        writer.classification(.scanActivity, activity: Self.activity(of: content.change.type))
        writer.required("time", epoch: content.change.time)
        writer.severity(.unknown)
        writer.required("message", "\(scan.name ?? "Scan"): \(scan.status.word)")
        let status = Self.status(scan.status)
        writer.required("status_id", status.id)
        writer.required("status", status.caption)
        writer.required("status_detail", scan.status.word)
        var metadata = OCSFMetadata(content)
        metadata.scanner = scan.scanner
        metadata.raw = scan.raw
        metadata.write(to: &writer)
        scanObject(to: &writer)
        writer.field("start_time", epoch: scan.startTime)
        writer.field("end_time", epoch: scan.endTime)
        writer.field("duration", scan.durationMilliseconds)
        writer.field("num_detections", scan.totals?.total)
        writer.field("num_resolutions", scan.totals?.fixed)
        if let profile = scan.scope?.profile, !profile.isEmpty {
            writer.key("policy")
            writer.beginObject()
            writer.required("name", profile)
            writer.endObject()
        }
        writer.rawData(scan.raw)
        writer.unmapped(content, vendor: scan.unmapped, rest)
    }

    private func scanObject(to writer: inout JSONWriter) {
        writer.key("scan")
        writer.beginObject()
        writer.required("uid", scan.uid)
        writer.field("name", scan.name)
        writer.required("type_id", scan.type == nil ? 0 : 99)
        writer.field("type", scan.type)
        writer.endObject()
    }

    private func rest(to writer: inout JSONWriter) {
        writer.field("progress", scan.progress)
        writer.field("targets", scan.scope?.targets ?? [])
        if var totals = scan.totals {
            totals.total = nil
            totals.fixed = nil
            if totals != Scan.Totals() {
                writer.key("totals")
                totals.write(to: &writer)
            }
        }
        if let uids = scan.findingUIDs, uids != Scan.FindingUIDs() {
            writer.key("finding_uids")
            uids.write(to: &writer)
        }
        writer.field("errors", scan.errors)
        writer.field("src_url", scan.srcURL)
    }

    private static func activity(of type: String) -> OCSFWord {
        switch type {
        case "scan.started": OCSFWord(id: 1, caption: "Started")
        case "scan.completed": OCSFWord(id: 2, caption: "Completed")
        case "scan.cancelled": OCSFWord(id: 3, caption: "Cancelled")
        case "scan.failed": OCSFWord(id: 6, caption: "Error")
        case "scan.scheduled": .other("Scheduled")
        case "scan.queued": .other("Queued")
        default: .other("Updated")
        }
    }

    private static func status(_ status: ScanStatus) -> OCSFWord {
        switch status {
        case .completed: OCSFWord(id: 1, caption: "Success")
        case .failed: OCSFWord(id: 2, caption: "Failure")
        case .unknown: OCSFWord(id: 0, caption: "Unknown")
        case .scheduled, .queued, .started, .cancelled: .other(status.word)
        }
    }
}
