import FindingModel
import JSONDocument

/// The way back from OCSF.
struct OCSFReader {
    let event: EventReader

    init(_ event: JSONValue) { self.event = EventReader(value: event) }

    var change: Change? {
        guard let sequence = event.integer("metadata", "sequence"), let id = event.text("metadata", "uid"), let type = event.text("metadata", "event_code"),
            let source = event.text("metadata", "source"), let time = event.epoch("time"), let received = event.epoch("metadata", "logged_time"), let record
        else { return nil }
        return Change(
            sequence: UInt64(sequence), id: id, type: type, source: source, subject: record.uid, time: time, receivedTime: received, kind: record.kind,
            data: record.json, isLate: event["unmapped", "weir", "late"] == .bool(true))
    }

    private var record: Record? {
        switch event.integer("class_uid") {
        case 2002: finding.map { .finding($0) }
        case 6007: scan.map { .scan($0) }
        case 0: notice.map { .notice($0) }
        default: nil
        }
    }

    private var raw: RawReference? {
        EventReader.raw(
            receipt: event.text("metadata", "original_event_uid"), sha256: event.text("raw_data_hash", "value"), size: event.integer("raw_data_size"))
    }

    private var scanner: Scanner {
        Scanner(
            vendorName: event.text("metadata", "product", "vendor_name") ?? "", name: event.text("metadata", "product", "name") ?? "",
            feature: event.text("metadata", "product", "feature", "name"))
    }

    private var finding: Finding? {
        guard let uid = event.text("finding_info", "uid"), let first = event.epoch("finding_info", "first_seen_time"), let raw,
            let last = event.epoch("finding_info", "last_seen_time"), let fingerprints = event["unmapped", "weir", "fingerprints"]
        else { return nil }
        var finding = Finding(
            uid: uid, fingerprints: EventReader(value: fingerprints).fingerprints, title: event.text("finding_info", "title") ?? "", scanner: scanner,
            firstSeenTime: first, lastSeenTime: last, raw: raw)
        finding.sourceUID = event.text("finding_info", "uid_alt")
        finding.desc = event.text("finding_info", "desc")
        finding.remediation = event.items("vulnerabilities").first?.text("remediation", "desc")
        finding.severity = event.integer("severity_id").flatMap { Severity(rawValue: UInt8($0)) } ?? .unknown
        finding.vendorSeverity = event.text("vendor_attributes", "severity")
        finding.status = event.text("status_detail").flatMap { FindingStatus(rawValue: $0) } ?? .unknown
        finding.vendorStatus = event.text("status_code")
        finding.statusDetail = event.text("unmapped", "weir", "status_detail")
        finding.rule = (event["finding_info", "analytic"] ?? event["unmapped", "weir", "rule"]).map { EventReader(value: $0).rule }
        let carried = event.items("unmapped", "weir", "vulnerabilities")
        finding.vulnerabilities = carried.isEmpty ? vulnerabilities : carried.map(\.vulnerability)
        finding.resources = event.items("resources").map(Self.resource)
        finding.evidence = event.items("unmapped", "weir", "evidence").map(\.evidence)
        finding.fixedTime = event.epoch("end_time")
        finding.occurrenceCount = event.integer("count")
        finding.scanUID = event.text("metadata", "correlation_uid")
        let tickets = event.items("unmapped", "weir", "tickets")
        finding.tickets = (tickets.isEmpty ? event.items("tickets") : tickets).map(\.ticket)
        finding.labels = event.texts("metadata", "labels")
        finding.unmapped = event.json("unmapped", "vendor")
        return finding
    }

    private var vulnerabilities: [Vulnerability] {
        var related: [Vulnerability] = []
        let items = event.items("vulnerabilities").compactMap { item -> Vulnerability? in
            let references = item.texts("references")
            if let id = item.text("cve", "uid") {
                related = item.items("cve", "related_cwes").map { Vulnerability(id: $0.text("uid") ?? "", type: .cwe) }
                return Vulnerability(id: id, type: .cve, cvss: item.items("cve", "cvss").map(\.cvss), references: references)
            }
            if let id = item.text("cwe", "uid") { return Vulnerability(id: id, type: .cwe, references: references) }
            guard let kind = item.text("advisory", "classification").flatMap({ Vulnerability.Kind(rawValue: $0) }) else { return nil }
            return Vulnerability(id: item.text("advisory", "uid") ?? "", type: kind, references: references)
        }
        return items + related
    }

    private static func resource(_ item: EventReader) -> Resource {
        var resource = EventReader(value: item["data"] ?? .object([])).resource
        resource.uid = item.text("uid")
        resource.type = item.text("type")
        resource.name = item["data", "unnamed"] == nil ? item.text("name") : nil
        resource.hostname = item.text("hostname")
        resource.ip = item.text("ip") ?? resource.ip
        resource.labels = item.texts("labels")
        return resource
    }

    private var scan: Scan? {
        guard let uid = event.text("scan", "uid"), let raw else { return nil }
        var scan = Scan(uid: uid, scanner: scanner, raw: raw)
        scan.name = event.text("scan", "name")
        scan.type = event.text("scan", "type")
        scan.status = event.text("status_detail").flatMap { ScanStatus(rawValue: $0) } ?? .unknown
        scan.progress = event.integer("unmapped", "weir", "progress")
        scan.scope = Scan.Scope(targets: event.texts("unmapped", "weir", "targets"), profile: event.text("policy", "name"))
        scan.startTime = event.epoch("start_time")
        scan.endTime = event.epoch("end_time")
        scan.durationMilliseconds = event.integer("duration")
        var totals = EventReader(value: event["unmapped", "weir", "totals"] ?? .object([])).totals
        totals.total = event.integer("num_detections")
        totals.fixed = event.integer("num_resolutions")
        scan.totals = totals
        scan.findingUIDs = event["unmapped", "weir", "finding_uids"].map { EventReader(value: $0).findingUIDs }
        scan.errors = event.texts("unmapped", "weir", "errors")
        scan.srcURL = event.text("unmapped", "weir", "src_url")
        scan.unmapped = event.json("unmapped", "vendor")
        return scan
    }

    private var notice: Notice? {
        guard let uid = event.text("unmapped", "weir", "uid"), let kind = event.text("activity_name"), let summary = event.text("message") else { return nil }
        return Notice(
            uid: uid, kind: kind, summary: summary, resource: event["unmapped", "weir", "resource"].map { EventReader(value: $0).resource }, raw: raw,
            unmapped: event.json("unmapped", "vendor"))
    }
}
