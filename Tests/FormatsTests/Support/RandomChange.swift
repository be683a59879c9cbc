import Digests
import FindingModel
import JSONDocument

/// Changes with every mixture of present and absent fields, all texts hostile.
struct RandomChange {
    var random: SeededRandom
    /// Pieces of a text, and items of a list, at most.
    var pieces = 12
    var items = 3

    init(seed: Int) { random = SeededRandom(seed: UInt64(seed)) }

    mutating func next(_ kind: RecordKind? = nil) -> Change {
        let kind = kind ?? RecordKind.allCases.randomElement(using: &random) ?? .finding
        let uid = RecordIdentity.uid(kind, digest: SHA256Hash.digest(of: Array("\(random.next())".utf8)))
        let record: Record
        let type: String
        switch kind {
        case .finding:
            record = .finding(finding(uid))
            type = "finding." + one(["opened", "fixed", "reopened", "accepted", "false_positive", "ignored", "in_progress", "updated"])
        case .scan:
            record = .scan(scan(uid))
            type = "scan." + one(["scheduled", "queued", "started", "completed", "failed", "cancelled", "updated"])
        case .notice:
            let notice = notice(uid)
            record = .notice(notice)
            type = "notice." + notice.kind
        }
        let sequence = random.next() >> 20 + 1
        return Change(
            sequence: sequence, id: "ab12cd34-\(sequence)-1", type: type, source: one(["/sources/shop", "/gateway"]), subject: uid, time: time(),
            receivedTime: time(), kind: kind, data: record.json, isLate: random.chance(20))
    }

    private mutating func finding(_ uid: String) -> Finding {
        let hex = SHA256Hash.digest(of: Array(uid.utf8)).hex
        var finding = Finding(
            uid: uid, fingerprints: Fingerprints(instance: hex, cross1: random.chance(50) ? hex : nil, cross2: random.chance(50) ? hex : nil), title: text(),
            scanner: scanner(),
            firstSeenTime: time(), lastSeenTime: time(), raw: raw())
        finding.sourceUID = optional()
        finding.desc = optional()
        finding.remediation = optional()
        finding.severity = Severity.allCases.randomElement(using: &random) ?? .high
        finding.vendorSeverity = optional()
        finding.status = FindingStatus.allCases.randomElement(using: &random) ?? .open
        finding.vendorStatus = optional()
        finding.statusDetail = optional()
        if random.chance(70) { finding.rule = Rule(uid: optional(), name: optional(), category: optional()) }
        finding.vulnerabilities = list { $0.vulnerability() }
        finding.resources = list { $0.resource() }
        finding.evidence = list { Evidence(type: $0.optional(), summary: $0.optional(), request: $0.optional(), response: $0.optional()) }
        if random.chance(30) { finding.fixedTime = time() }
        if random.chance(50) { finding.occurrenceCount = one([0, 1, 14, .max]) }
        if random.chance(50) { finding.scanUID = "s_" + String(hex.prefix(32)) }
        finding.tickets = list { random in
            guard random.random.chance(50) else { return Ticket(uid: random.optional(), srcURL: random.optional()) }
            return Ticket(
                system: random.optional(), uid: random.optional(), status: random.optional(), srcURL: random.optional(), assignee: random.optional(),
                dueTime: random.random.chance(50) ? random.time() : nil)
        }
        finding.labels = list { $0.text() }
        finding.unmapped = unmapped()
        return finding
    }

    private mutating func scan(_ uid: String) -> Scan {
        var scan = Scan(uid: uid, scanner: scanner(), raw: raw())
        scan.name = optional()
        scan.type = optional()
        scan.status = ScanStatus.allCases.randomElement(using: &random) ?? .completed
        if random.chance(50) { scan.progress = 50 }
        if random.chance(50) { scan.scope = Scan.Scope(targets: list { $0.text() }, profile: optional()) }
        if random.chance(50) { scan.startTime = time() }
        if random.chance(50) { scan.endTime = time() }
        if random.chance(50) { scan.durationMilliseconds = one([0, 1000, .max]) }
        if random.chance(70) {
            var totals = Scan.Totals()
            if random.chance(50) { totals.critical = 1 }
            if random.chance(50) { totals.info = 0 }
            if random.chance(50) { totals.total = 9 }
            if random.chance(50) { totals.fixed = 2 }
            scan.totals = totals
        }
        if random.chance(50) { scan.findingUIDs = Scan.FindingUIDs(new: list { _ in "f_1" }, open: list { _ in "f_2" }, closed: list { _ in "f_3" }) }
        scan.errors = list { $0.text() }
        scan.srcURL = optional()
        scan.unmapped = unmapped()
        return scan
    }

    private mutating func notice(_ uid: String) -> Notice {
        Notice(
            uid: uid, kind: one(["other", "target_created", "gateway_sink_paused"]), summary: text(), resource: random.chance(50) ? resource() : nil,
            raw: random.chance(50) ? raw() : nil, unmapped: unmapped())
    }

    private mutating func vulnerability() -> Vulnerability {
        let type = Vulnerability.Kind.allCases.randomElement(using: &random) ?? .cve
        return Vulnerability(
            id: text(), type: type,
            cvss: list { CVSS(version: $0.one(["3.1", nil, $0.text()]), baseScore: $0.one(["9.8", "10", "1e999", nil]), vectorString: $0.optional()) },
            references: list { $0.text() })
    }

    private mutating func resource() -> Resource {
        var resource = Resource()
        resource.uid = optional()
        resource.type = optional()
        resource.name = optional()
        resource.hostname = optional()
        resource.ip = one(["192.0.2.7", "2001:db8::7", "::ffff:192.0.2.7", "fe80::1%eth0", "999.1.1.1", "1.2.3.4 ", nil, text()])
        if random.chance(50) { resource.port = one([1, 443, 65535]) }
        resource.protocolName = one(["tcp", "HTTPS", nil, text()])
        resource.url = optional()
        resource.path = optional()
        resource.method = optional()
        resource.parameter = optional()
        resource.labels = list { $0.text() }
        return resource
    }

    private mutating func unmapped() -> RawJSON? {
        guard random.chance(50) else { return nil }
        var writer = JSONWriter()
        writer.beginObject()
        for index in 0..<Int.random(in: 0...items, using: &random) {
            writer.key("\(index)" + text())
            switch Int.random(in: 0...3, using: &random) {
            case 0: writer.null()
            case 1: writer.number(verbatim: "1.500")
            case 2:
                writer.beginArray()
                writer.string(text())
                writer.endArray()
            default: writer.string(text())
            }
        }
        writer.endObject()
        return RawJSON(bytes: writer.bytes)
    }

    private mutating func scanner() -> Scanner { Scanner(vendorName: text(), name: text(), feature: optional()) }

    private mutating func raw() -> RawReference {
        RawReference(receipt: random.next() >> 16, sha256: SHA256Hash.digest(of: []), size: Int.random(in: 1...4_000_000, using: &random))
    }

    private mutating func time() -> Timestamp {
        Timestamp(milliseconds: random.chance(90) ? Int64.random(in: 1_700_000_000_000...1_800_000_000_000, using: &random) : one([.min, .max, 0, -1]))
    }

    private mutating func text() -> String { HostileText.make(&random, pieces: 0...pieces) }

    /// Never empty: a record has no empty text where it can have none.
    private mutating func optional() -> String? {
        let text = random.chance(60) ? text() : ""
        return text.isEmpty ? nil : text
    }

    private mutating func one<Value>(_ values: [Value]) -> Value { values[Int.random(in: values.indices, using: &random)] }

    private mutating func list<Item>(_ item: (inout RandomChange) -> Item) -> [Item] {
        (0..<Int.random(in: 0...items, using: &random)).map { _ in item(&self) }
    }
}
