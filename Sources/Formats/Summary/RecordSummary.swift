import FindingModel

/// Makes a record smaller, and says which of its fields are no longer whole.
struct RecordSummary {
    private let allowance: Allowance
    /// Names of the record's fields, as they stand in its canonical JSON.
    private var cut: [String] = []

    /// The record within `allowance`; ids that other records and receipts are found by stay as they are.
    static func of(_ record: Record, _ allowance: Allowance) -> (Record, cut: [String]) {
        var summary = RecordSummary(allowance: allowance)
        let record = summary.record(record)
        return (record, summary.cut)
    }

    private init(allowance: Allowance) { self.allowance = allowance }

    private mutating func record(_ record: Record) -> Record {
        switch record {
        case .finding(var finding):
            shorten(&finding)
            return .finding(finding)
        case .scan(var scan):
            shorten(&scan)
            return .scan(scan)
        case .notice(var notice):
            text("summary", &notice.summary, allowance.text)
            if var resource = notice.resource {
                shorten(&resource, "resource")
                notice.resource = resource
            }
            json("unmapped", &notice.unmapped)
            return .notice(notice)
        }
    }
}

// What the kinds of record are made of.
extension RecordSummary {
    private mutating func shorten(_ finding: inout Finding) {
        text("source_uid", &finding.sourceUID, allowance.word)
        text("title", &finding.title, allowance.text)
        text("desc", &finding.desc, allowance.text)
        text("remediation", &finding.remediation, allowance.text)
        text("vendor_severity", &finding.vendorSeverity, allowance.word)
        text("vendor_status", &finding.vendorStatus, allowance.word)
        shorten(&finding.scanner)
        if var rule = finding.rule {
            text("rule", &rule.uid, allowance.word)
            text("rule", &rule.name, allowance.word)
            text("rule", &rule.category, allowance.word)
            finding.rule = rule
        }
        list("vulnerabilities", &finding.vulnerabilities) { $0.shorten(&$1) }
        list("resources", &finding.resources) { $0.shorten(&$1, "resources") }
        if allowance.evidence == 0, !finding.evidence.isEmpty {
            note("evidence")
            finding.evidence = []
        }
        list("evidence", &finding.evidence) { $0.shorten(&$1) }
        list("tickets", &finding.tickets) { $0.shorten(&$1) }
        texts("labels", &finding.labels)
        json("unmapped", &finding.unmapped)
    }

    private mutating func shorten(_ scan: inout Scan) {
        text("name", &scan.name, allowance.word)
        text("type", &scan.type, allowance.word)
        if var scope = scan.scope {
            texts("scope", &scope.targets)
            text("scope", &scope.profile, allowance.word)
            scan.scope = scope
        }
        if var uids = scan.findingUIDs {
            // A uid is a reference: it is there or not.
            first("finding_uids", &uids.new)
            first("finding_uids", &uids.open)
            first("finding_uids", &uids.closed)
            scan.findingUIDs = uids
        }
        texts("errors", &scan.errors)
        text("src_url", &scan.srcURL, allowance.word)
        shorten(&scan.scanner)
        json("unmapped", &scan.unmapped)
    }

    private mutating func shorten(_ scanner: inout Scanner) {
        text("scanner", &scanner.vendorName, allowance.word)
        text("scanner", &scanner.name, allowance.word)
        text("scanner", &scanner.feature, allowance.word)
    }

    private mutating func shorten(_ vulnerability: inout Vulnerability) {
        text("vulnerabilities", &vulnerability.id, allowance.word)
        list("vulnerabilities", &vulnerability.cvss) { $0.shorten(&$1) }
        texts("vulnerabilities", &vulnerability.references)
    }

    private mutating func shorten(_ cvss: inout CVSS) {
        text("vulnerabilities", &cvss.version, allowance.word)
        text("vulnerabilities", &cvss.vectorString, allowance.word)
        // Part of a number is another number.
        guard let score = cvss.baseScore, score.utf8.count > allowance.word else { return }
        note("vulnerabilities")
        cvss.baseScore = nil
    }

    private mutating func shorten(_ resource: inout Resource, _ field: String) {
        text(field, &resource.uid, allowance.word)
        text(field, &resource.type, allowance.word)
        text(field, &resource.name, allowance.word)
        text(field, &resource.hostname, allowance.word)
        text(field, &resource.ip, allowance.word)
        text(field, &resource.protocolName, allowance.word)
        text(field, &resource.url, allowance.word)
        text(field, &resource.path, allowance.word)
        text(field, &resource.method, allowance.word)
        text(field, &resource.parameter, allowance.word)
        texts(field, &resource.labels)
    }

    private mutating func shorten(_ evidence: inout Evidence) {
        text("evidence", &evidence.type, allowance.word)
        text("evidence", &evidence.summary, allowance.evidence)
        text("evidence", &evidence.request, allowance.evidence)
        text("evidence", &evidence.response, allowance.evidence)
    }

    private mutating func shorten(_ ticket: inout Ticket) {
        text("tickets", &ticket.system, allowance.word)
        text("tickets", &ticket.uid, allowance.word)
        text("tickets", &ticket.status, allowance.word)
        text("tickets", &ticket.srcURL, allowance.word)
        text("tickets", &ticket.assignee, allowance.word)
    }
}

// What fields are made of.
extension RecordSummary {
    private mutating func note(_ field: String) {
        if cut.last != field { cut.append(field) }
    }

    private mutating func text(_ field: String, _ text: inout String, _ limit: Int) {
        guard let shortened = TextCut.shortened(text, limit: limit) else { return }
        note(field)
        text = shortened
    }

    private mutating func text(_ field: String, _ text: inout String?, _ limit: Int) {
        guard var inner = text else { return }
        self.text(field, &inner, limit)
        text = inner
    }

    private mutating func texts(_ field: String, _ texts: inout [String]) {
        first(field, &texts)
        for index in texts.indices { text(field, &texts[index], allowance.word) }
    }

    private mutating func list<Item>(_ field: String, _ items: inout [Item], _ shorten: (inout RecordSummary, inout Item) -> Void) {
        first(field, &items)
        for index in items.indices { shorten(&self, &items[index]) }
    }

    private mutating func first<Item>(_ field: String, _ items: inout [Item]) {
        guard items.count > allowance.items else { return }
        note(field)
        items.removeLast(items.count - allowance.items)
    }

    private mutating func json(_ field: String, _ json: inout RawJSON?) {
        guard let bytes = json?.bytes.count, bytes > allowance.unmapped else { return }
        note(field)
        json = nil
    }
}
