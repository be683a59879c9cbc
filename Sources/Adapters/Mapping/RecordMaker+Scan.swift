import FindingModel

extension RecordMaker {
    mutating func scan(_ block: Block<ScanPlan>, _ item: Int) -> (Scan, ScanFields)? {
        let plan = block.fields
        guard let key = evaluator.key(plan.key, item) else {
            evaluator.drift.add(.key, evaluator.tables.places[block.place])
            return nil
        }
        let (scanner, scannerIsSaid) = scanner(plan.scanner, item)
        var scan = Scan(uid: uid(.scan, key: key.text), scanner: scanner, raw: context.raw)
        var says: ScanFields = scannerIsSaid ? [.scanner] : []
        if let status = evaluator.scanStatus(plan.status, item) {
            scan.status = status
            says.insert(.status)
        }
        describe(plan, item, &scan, &says)
        time(plan, item, &scan, &says)
        count(plan, item, &scan, &says)
        return (scan, says)
    }

    private mutating func describe(_ plan: ScanPlan, _ item: Int, _ scan: inout Scan, _ says: inout ScanFields) {
        scan.name = evaluator.text(plan.name, item)
        if scan.name != nil { says.insert(.name) }
        scan.type = evaluator.text(plan.type, item)
        if scan.type != nil { says.insert(.type) }
        let scope = Scan.Scope(targets: evaluator.set(plan.targets, item), profile: evaluator.text(plan.profile, item))
        if scope != Scan.Scope() { scan.scope = scope }
        if scan.scope != nil || evaluator.saysNone(plan.targets, item) { says.insert(.scope) }
        scan.errors = evaluator.texts(plan.errors, item)
        if !scan.errors.isEmpty || evaluator.saysNone(plan.errors, item) { says.insert(.errors) }
        scan.srcURL = evaluator.text(plan.srcURL, item)
        if scan.srcURL != nil { says.insert(.srcURL) }
    }

    private mutating func time(_ plan: ScanPlan, _ item: Int, _ scan: inout Scan, _ says: inout ScanFields) {
        scan.progress = evaluator.integer(plan.progress, item, in: 0...100)
        if scan.progress != nil { says.insert(.progress) }
        scan.startTime = evaluator.time(plan.startTime, item)?.time
        if scan.startTime != nil { says.insert(.startTime) }
        scan.endTime = evaluator.time(plan.endTime, item)?.time
        if scan.endTime != nil { says.insert(.endTime) }
        scan.durationMilliseconds = evaluator.duration(plan.duration, item)
        if scan.durationMilliseconds != nil { says.insert(.duration) }
    }

    private mutating func count(_ plan: ScanPlan, _ item: Int, _ scan: inout Scan, _ says: inout ScanFields) {
        var totals = Scan.Totals()
        for total in plan.totals { totals.set(total.field, to: evaluator.integer(total.value, item)) }
        if totals != Scan.Totals() {
            scan.totals = totals
            says.insert(.totals)
        }
        let findings = Scan.FindingUIDs(
            new: findingUIDs(plan.newFindings, item), open: findingUIDs(plan.openFindings, item), closed: findingUIDs(plan.closedFindings, item))
        if findings != Scan.FindingUIDs() { scan.findingUIDs = findings }
        let isNone = [plan.newFindings, plan.openFindings, plan.closedFindings].contains { evaluator.saysNone($0, item) }
        if scan.findingUIDs != nil || isNone { says.insert(.findingUIDs) }
    }

    private mutating func findingUIDs(_ id: ExpressionID?, _ item: Int) -> [String] {
        let keys = evaluator.set(id, item)
        evaluator.budget.charge(keys.count * OutputBudget.namedFindingBytes)
        return evaluator.budget.isSpent ? [] : keys.map { uid(.finding, key: $0) }
    }
}

extension Scan.Totals {
    fileprivate mutating func set(_ field: TotalPlan.Field, to count: Int64?) {
        switch field {
        case .critical: critical = count
        case .high: high = count
        case .medium: medium = count
        case .low: low = count
        case .info: info = count
        case .total: total = count
        case .new: new = count
        case .fixed: fixed = count
        }
    }
}
