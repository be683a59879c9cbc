import FindingModel

extension ContentHash {
    /// What `finding` says in the groups that the event carried; defaults, identity and the receipt are left out.
    package static func of(_ finding: Finding, says: FindingFields) -> UInt64 {
        var hash = ContentHash()
        hash.add("finding")
        hash.add(Int64(says.rawValue))
        hash.addRating(of: finding, says: says)
        hash.addTexts(of: finding, says: says)
        hash.addPlaces(of: finding, says: says)
        hash.addTimes(of: finding, says: says)
        return hash.finish()
    }

    /// What `scan` says in the groups that the event carried.
    package static func of(_ scan: Scan, says: ScanFields) -> UInt64 {
        var hash = ContentHash()
        hash.add("scan")
        hash.add(Int64(says.rawValue))
        if says.contains(.status) { hash.add(scan.status.word) }
        if says.contains(.name) { hash.add(scan.name) }
        if says.contains(.type) { hash.add(scan.type) }
        if says.contains(.progress) { hash.add(scan.progress) }
        if says.contains(.scope) {
            hash.add(scan.scope?.targets ?? [])
            hash.add(scan.scope?.profile)
        }
        if says.contains(.startTime) { hash.add(scan.startTime) }
        if says.contains(.endTime) { hash.add(scan.endTime) }
        if says.contains(.duration) { hash.add(scan.durationMilliseconds) }
        if says.contains(.totals), let totals = scan.totals {
            for count in [totals.critical, totals.high, totals.medium, totals.low, totals.info, totals.total, totals.new, totals.fixed] { hash.add(count) }
        }
        if says.contains(.findingUIDs), let named = scan.findingUIDs {
            for uids in [named.new, named.open, named.closed] { hash.add(uids) }
        }
        if says.contains(.errors) { hash.add(scan.errors) }
        if says.contains(.srcURL) { hash.add(scan.srcURL) }
        if says.contains(.scanner) { hash.add(scan.scanner) }
        if says.contains(.unmapped) { hash.add(scan.unmapped) }
        return hash.finish()
    }

    /// What `notice` says.
    package static func of(_ notice: Notice) -> UInt64 {
        var hash = ContentHash()
        hash.add("notice")
        hash.add(notice.kind)
        hash.add(notice.summary)
        if let resource = notice.resource { hash.add(resource) }
        hash.add(notice.unmapped)
        return hash.finish()
    }

    private mutating func addRating(of finding: Finding, says: FindingFields) {
        if says.contains(.status) {
            add(finding.status.word)
            add(finding.vendorStatus)
        }
        if says.contains(.severity) {
            add(Int64(finding.severity.rawValue))
            add(finding.vendorSeverity)
        }
        if says.contains(.vulnerabilities) {
            add(Int64(finding.vulnerabilities.count))
            for vulnerability in finding.vulnerabilities { add(vulnerability) }
        }
        if says.contains(.rule) {
            add(finding.rule?.uid)
            add(finding.rule?.name)
            add(finding.rule?.category)
        }
    }

    private mutating func addTexts(of finding: Finding, says: FindingFields) {
        if says.contains(.title) { add(finding.title) }
        if says.contains(.desc) { add(finding.desc) }
        if says.contains(.remediation) { add(finding.remediation) }
        if says.contains(.scanner) { add(finding.scanner) }
        if says.contains(.labels) { add(finding.labels) }
        if says.contains(.sourceUID) { add(finding.sourceUID) }
        if says.contains(.scanUID) { add(finding.scanUID) }
        if says.contains(.unmapped) { add(finding.unmapped) }
    }

    private mutating func addPlaces(of finding: Finding, says: FindingFields) {
        if says.contains(.resources) {
            add(Int64(finding.resources.count))
            for resource in finding.resources { add(resource) }
        }
        if says.contains(.evidence) {
            add(Int64(finding.evidence.count))
            for item in finding.evidence {
                add(item.type)
                add(item.summary)
                add(item.request)
                add(item.response)
            }
        }
        if says.contains(.tickets) {
            add(Int64(finding.tickets.count))
            for ticket in finding.tickets {
                for text in [ticket.system, ticket.uid, ticket.status, ticket.srcURL, ticket.assignee] { add(text) }
                add(ticket.dueTime)
            }
        }
    }

    private mutating func addTimes(of finding: Finding, says: FindingFields) {
        if says.contains(.firstSeen) { add(finding.firstSeenTime) }
        if says.contains(.lastSeen) { add(finding.lastSeenTime) }
        if says.contains(.fixedTime) { add(finding.fixedTime) }
        if says.contains(.occurrenceCount) { add(finding.occurrenceCount) }
    }

    private mutating func add(_ scanner: Scanner) {
        add(scanner.vendorName)
        add(scanner.name)
        add(scanner.feature)
    }

    private mutating func add(_ vulnerability: Vulnerability) {
        add(vulnerability.id)
        add(vulnerability.type.rawValue)
        add(Int64(vulnerability.cvss.count))
        for rating in vulnerability.cvss {
            add(rating.version)
            add(rating.baseScore)
            add(rating.vectorString)
        }
        add(vulnerability.references)
    }

    private mutating func add(_ resource: Resource) {
        add(resource.uid)
        add(resource.type)
        add(resource.name)
        add(resource.hostname)
        add(resource.ip)
        add(resource.port.map { Int64($0) })
        add(resource.protocolName)
        add(resource.url)
        add(resource.path)
        add(resource.method)
        add(resource.parameter)
        add(resource.labels)
    }
}
