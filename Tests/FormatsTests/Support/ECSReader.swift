import FindingModel
import JSONDocument

/// The way back from ECS.
struct ECSReader {
    let event: EventReader

    init(_ event: JSONValue) { self.event = EventReader(value: event) }

    var change: Change? {
        guard let sequence = event.integer("event", "sequence"), let id = event.text("event", "id"), let type = event.text("event", "action"),
            let source = event.text("event", "provider"), let time = event.time("@timestamp"), let received = event.time("event", "created"), let record
        else { return nil }
        return Change(
            sequence: UInt64(sequence), id: id, type: type, source: source, subject: record.uid, time: time, receivedTime: received, kind: record.kind,
            data: record.json, isLate: event["weir", "late"] == .bool(true))
    }

    private var record: Record? {
        switch event.text("event", "dataset") {
        case "weir.finding": finding.map { .finding($0) }
        case "weir.scan": scan.map { .scan($0) }
        case "weir.notice": notice.map { .notice($0) }
        default: nil
        }
    }

    private var raw: RawReference? {
        EventReader.raw(receipt: event.text("weir", "receipt"), sha256: event.text("event", "hash"), size: event.integer("weir", "size"))
    }

    private var unmapped: RawJSON? { event.text("weir", "unmapped").map { RawJSON(bytes: Array($0.utf8)) } }

    private var scanner: Scanner {
        Scanner(
            vendorName: event.text("observer", "vendor") ?? "", name: event.text("observer", "product") ?? "", feature: event.text("weir", "scanner_feature"))
    }

    private var finding: Finding? {
        guard let uid = event.text("weir", "uid"), let first = event.time("event", "start"), let last = event.time("event", "end"), let raw,
            let fingerprints = event["weir", "fingerprints"]
        else { return nil }
        var finding = Finding(
            uid: uid, fingerprints: EventReader(value: fingerprints).fingerprints, title: event.text("message") ?? "", scanner: scanner, firstSeenTime: first,
            lastSeenTime: last, raw: raw)
        finding.sourceUID = event.text("weir", "source_uid")
        finding.desc = event.text("vulnerability", "description")
        finding.remediation = event.text("weir", "remediation")
        finding.severity = event.integer("event", "severity").flatMap { Severity(rawValue: UInt8($0)) } ?? .unknown
        finding.vendorSeverity = event.text("weir", "vendor_severity")
        finding.status = event.text("weir", "status").flatMap { FindingStatus(rawValue: $0) } ?? .unknown
        finding.vendorStatus = event.text("weir", "vendor_status")
        finding.statusDetail = event.text("weir", "status_detail")
        finding.rule = event["rule"].map { Rule(uid: $0["id"]?.stringValue, name: $0["name"]?.stringValue, category: $0["category"]?.stringValue) }
        finding.vulnerabilities = event.items("weir", "vulnerabilities").map(\.vulnerability)
        finding.resources = event.items("weir", "resources").map(\.resource)
        finding.evidence = event.items("weir", "evidence").map(\.evidence)
        finding.fixedTime = event.time("weir", "fixed_time")
        finding.occurrenceCount = event.integer("weir", "occurrence_count")
        finding.scanUID = event.text("vulnerability", "report_id")
        finding.tickets = event.items("weir", "tickets").map(\.ticket)
        finding.labels = event.texts("tags")
        finding.unmapped = unmapped
        return finding
    }

    private var scan: Scan? {
        guard let uid = event.text("vulnerability", "report_id"), let raw else { return nil }
        var scan = Scan(uid: uid, scanner: scanner, raw: raw)
        scan.name = event.text("weir", "name")
        scan.type = event.text("weir", "type")
        scan.status = event.text("weir", "status").flatMap { ScanStatus(rawValue: $0) } ?? .unknown
        scan.progress = event.integer("weir", "progress")
        scan.scope = Scan.Scope(targets: event.texts("weir", "scope", "targets"), profile: event.text("weir", "scope", "profile"))
        scan.startTime = event.time("event", "start")
        scan.endTime = event.time("event", "end")
        scan.durationMilliseconds = event.integer("weir", "duration_ms")
        scan.totals = event["weir", "totals"].map { EventReader(value: $0).totals }
        scan.findingUIDs = event["weir", "finding_uids"].map { EventReader(value: $0).findingUIDs }
        scan.errors = event.texts("weir", "errors")
        scan.srcURL = event.text("event", "reference")
        scan.unmapped = unmapped
        return scan
    }

    private var notice: Notice? {
        guard let uid = event.text("weir", "uid"), let kind = event.text("weir", "kind"), let summary = event.text("message") else { return nil }
        return Notice(
            uid: uid, kind: kind, summary: summary, resource: event["weir", "resource"].map { EventReader(value: $0).resource }, raw: raw, unmapped: unmapped)
    }
}
