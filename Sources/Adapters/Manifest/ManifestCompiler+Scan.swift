import YAMLDocument

extension ManifestCompiler {
    private static let scanKeys = [
        "key", "name", "type", "status", "progress", "scope", "start_time", "end_time", "duration_ms", "totals", "finding_uids", "errors", "src_url", "scanner",
        "known", "drop",
    ]

    mutating func scans(_ node: YAMLNode?) -> [Block<ScanPlan>] {
        blocks(node, "scan", keys: Self.scanKeys) { compiler, form in
            if form["key"] == nil { compiler.missing("key", in: form, hint: "a scan needs the vendor's id of the scan") }
            var plan = ScanPlan(key: compiler.expression(form["key"], .key("key")) ?? 0)
            plan.name = compiler.expression(form["name"], .word("name"))
            plan.type = compiler.expression(form["type"], .word("type"))
            plan.status = compiler.expression(form["status"], .scanStatus)
            plan.progress = compiler.expression(form["progress"], .integer("progress"))
            plan.startTime = compiler.expression(form["start_time"], .time("start_time"))
            plan.endTime = compiler.expression(form["end_time"], .time("end_time"))
            plan.duration = compiler.expression(form["duration_ms"], FieldShape(name: "duration_ms", kind: .duration))
            plan.totals = compiler.totals(form["totals"])
            plan.errors = compiler.expression(form["errors"], .texts("errors"))
            plan.srcURL = compiler.expression(form["src_url"], .text("src_url"))
            plan.scanner = compiler.scanner(form["scanner"])
            compiler.scope(form["scope"], into: &plan)
            compiler.findingUIDs(form["finding_uids"], into: &plan)
            compiler.knownAndDropped(form)
            return plan
        }
    }

    private mutating func scope(_ node: YAMLNode?, into plan: inout ScanPlan) {
        guard let form = node.flatMap({ form($0, "'scope'", keys: ["targets", "profile"]) }) else { return }
        plan.targets = expression(form["targets"], .texts("targets"))
        plan.profile = expression(form["profile"], .text("profile"))
    }

    private mutating func findingUIDs(_ node: YAMLNode?, into plan: inout ScanPlan) {
        guard let form = node.flatMap({ form($0, "'finding_uids'", keys: ["new", "open", "closed"]) }) else { return }
        plan.newFindings = expression(form["new"], .keys("new"))
        plan.openFindings = expression(form["open"], .keys("open"))
        plan.closedFindings = expression(form["closed"], .keys("closed"))
    }

    private mutating func totals(_ node: YAMLNode?) -> [TotalPlan] {
        guard let form = node.flatMap({ form($0, "'totals'", keys: TotalPlan.Field.allCases.map(\.rawValue)) }) else { return [] }
        return TotalPlan.Field.allCases.compactMap { field in
            expression(form[field.rawValue], .integer(field.rawValue)).map { TotalPlan(field: field, value: $0) }
        }
    }
}
