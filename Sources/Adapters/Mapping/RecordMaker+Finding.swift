import Digests
import FindingModel

extension RecordMaker {
    mutating func finding(_ block: Block<FindingPlan>, _ item: Int) -> (Finding, FindingFields)? {
        let plan = block.fields
        guard let key = evaluator.key(plan.key, item) else {
            evaluator.drift.add(.key, evaluator.tables.places[block.place])
            return nil
        }
        let digest = RecordIdentity.digest(vendor: context.adapter, account: context.account, key: key.text)
        let (scanner, scannerIsSaid) = scanner(plan.scanner, item)
        let title = evaluator.text(plan.title, item)
        let seen = seenTimes(plan, item)
        var finding = Finding(
            uid: RecordIdentity.uid(.finding, digest: digest), fingerprints: Fingerprints(instance: digest.hex),
            title: title ?? "\(evaluator.plan.vendor) finding \(key.text)", scanner: scanner, firstSeenTime: seen.first, lastSeenTime: seen.last,
            raw: context.raw)
        var says = seen.says
        if title != nil { says.insert(.title) }
        if scannerIsSaid { says.insert(.scanner) }
        finding.sourceUID = evaluator.text(plan.sourceUID, item) ?? (key.isPlain ? key.text : nil)
        if finding.sourceUID != nil { says.insert(.sourceUID) }
        judge(plan, item, &finding, &says)
        describe(plan, item, &finding, &says)
        relate(plan, item, key: key.text, &finding, &says)
        finding.fingerprints.setCross(resources: finding.resources, vulnerabilities: finding.vulnerabilities, rule: finding.rule, writtenHost: writtenHost)
        finding.fingerprints.writtenHost = writtenHost
        return (finding, says)
    }

    private mutating func seenTimes(_ plan: FindingPlan, _ item: Int) -> (first: Timestamp, last: Timestamp, says: FindingFields) {
        let first = evaluator.time(plan.firstSeenTime, item)?.time
        let last = evaluator.time(plan.lastSeenTime, item)?.time
        var says: FindingFields = []
        if first != nil { says.insert(.firstSeen) }
        if last != nil { says.insert(.lastSeen) }
        // A time that the event does not give must not contradict one that it gives.
        let defaultFirst = last.map { min($0, context.defaultTime) } ?? context.defaultTime
        let defaultLast = first.map { max($0, context.defaultTime) } ?? context.defaultTime
        return (first ?? defaultFirst, last ?? defaultLast, says)
    }

    /// Severity and status.
    private mutating func judge(_ plan: FindingPlan, _ item: Int, _ finding: inout Finding, _ says: inout FindingFields) {
        let vendorSeverity = evaluator.text(plan.vendorSeverity, item)
        if let (severity, word) = evaluator.severity(plan.severity, item) {
            finding.severity = severity
            finding.vendorSeverity = vendorSeverity ?? word
            says.insert(.severity)
        } else if let vendorSeverity {
            finding.vendorSeverity = vendorSeverity
            // Where the adapter reads no severity of its own, the vendor's word is all there is.
            if plan.severity == nil { says.insert(.severity) }
        }
        let vendorStatus = evaluator.text(plan.vendorStatus, item)
        if let (status, word) = evaluator.findingStatus(plan.status, item) {
            finding.status = status
            finding.vendorStatus = vendorStatus ?? word
            says.insert(.status)
        } else if let vendorStatus {
            finding.vendorStatus = vendorStatus
            if plan.status == nil { says.insert(.status) }
        }
    }

    /// What it is about, in plain fields.
    private mutating func describe(_ plan: FindingPlan, _ item: Int, _ finding: inout Finding, _ says: inout FindingFields) {
        finding.desc = evaluator.text(plan.desc, item)
        if finding.desc != nil { says.insert(.desc) }
        finding.remediation = evaluator.text(plan.remediation, item)
        if finding.remediation != nil { says.insert(.remediation) }
        let rule = Rule(
            uid: evaluator.text(plan.rule.uid, item), name: evaluator.text(plan.rule.name, item), category: evaluator.text(plan.rule.category, item))
        if rule != Rule() {
            finding.rule = rule
            says.insert(.rule)
        }
        finding.fixedTime = evaluator.time(plan.fixedTime, item)?.time
        if finding.fixedTime != nil { says.insert(.fixedTime) }
        finding.occurrenceCount = evaluator.integer(plan.occurrenceCount, item)
        if finding.occurrenceCount != nil { says.insert(.occurrenceCount) }
        finding.labels = evaluator.set(plan.labels, item)
        if !finding.labels.isEmpty || evaluator.saysNone(plan.labels, item) { says.insert(.labels) }
    }

    /// What it has to do with.
    private mutating func relate(_ plan: FindingPlan, _ item: Int, key: String, _ finding: inout Finding, _ says: inout FindingFields) {
        finding.vulnerabilities = vulnerabilities(plan.vulnerabilities, item, ownID: finding.rule?.uid ?? finding.rule?.name ?? key)
        if !finding.vulnerabilities.isEmpty || evaluator.saysNone(plan.vulnerabilities, item) { says.insert(.vulnerabilities) }
        finding.resources = resources(plan.resources, item)
        if !finding.resources.isEmpty || evaluator.saysNone(plan.resources, item) { says.insert(.resources) }
        finding.evidence = evidence(plan.evidence, item)
        if !finding.evidence.isEmpty || evaluator.saysNone(plan.evidence, item) { says.insert(.evidence) }
        finding.tickets = tickets(plan.tickets, item)
        if !finding.tickets.isEmpty || evaluator.saysNone(plan.tickets, item) { says.insert(.tickets) }
        finding.scanUID = evaluator.key(plan.scanUID, item).map { uid(.scan, key: $0.text) }
        if finding.scanUID != nil { says.insert(.scanUID) }
    }
}
