import YAMLDocument

extension ManifestCompiler {
    private static let findingKeys = [
        "key", "source_uid", "title", "desc", "remediation", "severity", "vendor_severity", "status", "vendor_status", "scanner", "rule", "vulnerabilities",
        "resources", "evidence", "first_seen_time", "last_seen_time", "fixed_time", "occurrence_count", "scan_uid", "tickets", "labels", "known", "drop",
    ]

    mutating func findings(_ node: YAMLNode?) -> [Block<FindingPlan>] {
        blocks(node, "finding", keys: Self.findingKeys) { compiler, form in
            if form["key"] == nil { compiler.missing("key", in: form, hint: "a finding needs the vendor's id, or a hash of what makes it the same finding") }
            var plan = FindingPlan(key: compiler.expression(form["key"], .key("key")) ?? 0)
            plan.sourceUID = compiler.expression(form["source_uid"], .text("source_uid"))
            plan.title = compiler.expression(form["title"], .text("title"))
            plan.desc = compiler.expression(form["desc"], .text("desc"))
            plan.remediation = compiler.expression(form["remediation"], .text("remediation"))
            plan.severity = compiler.expression(form["severity"], .severity)
            plan.vendorSeverity = compiler.expression(form["vendor_severity"], .text("vendor_severity"))
            plan.status = compiler.expression(form["status"], .findingStatus)
            plan.vendorStatus = compiler.expression(form["vendor_status"], .text("vendor_status"))
            plan.scanner = compiler.scanner(form["scanner"])
            plan.rule = compiler.rule(form["rule"])
            plan.vulnerabilities = compiler.vulnerabilities(form["vulnerabilities"])
            plan.resources = compiler.resources(form["resources"], "resources")
            plan.evidence = compiler.evidence(form["evidence"])
            plan.firstSeenTime = compiler.expression(form["first_seen_time"], .time("first_seen_time"))
            plan.lastSeenTime = compiler.expression(form["last_seen_time"], .time("last_seen_time"))
            plan.fixedTime = compiler.expression(form["fixed_time"], .time("fixed_time"))
            plan.occurrenceCount = compiler.expression(form["occurrence_count"], .integer("occurrence_count"))
            plan.scanUID = compiler.expression(form["scan_uid"], .key("scan_uid"))
            plan.tickets = compiler.tickets(form["tickets"])
            plan.labels = compiler.expression(form["labels"], .texts("labels"))
            compiler.knownAndDropped(form)
            return plan
        }
    }

    mutating func scanner(_ node: YAMLNode?) -> ScannerPlan {
        guard let form = node.flatMap({ form($0, "'scanner'", keys: ["name", "feature"]) }) else { return ScannerPlan() }
        return ScannerPlan(name: expression(form["name"], .word("name")), feature: expression(form["feature"], .word("feature")))
    }

    private mutating func rule(_ node: YAMLNode?) -> RulePlan {
        guard let form = node.flatMap({ form($0, "'rule'", keys: ["uid", "name", "category"]) }) else { return RulePlan() }
        return RulePlan(
            uid: expression(form["uid"], .text("uid")), name: expression(form["name"], .word("name")),
            category: expression(form["category"], .word("category")))
    }

    private mutating func vulnerabilities(_ node: YAMLNode?) -> [Block<VulnerabilityPlan>] {
        blocks(node, "vulnerabilities", keys: ["ids", "cvss", "references"]) { compiler, form in
            VulnerabilityPlan(
                ids: compiler.expression(form["ids"], FieldShape(name: "ids", kind: .identifiers, isList: true)),
                cvss: compiler.cvss(form["cvss"]),
                references: compiler.expression(form["references"], .texts("references")))
        }
    }

    private mutating func cvss(_ node: YAMLNode?) -> [CVSSPlan] {
        guard let node else { return [] }
        return (node.items ?? [node]).compactMap { node in
            form(node, "'cvss'", keys: ["score", "vector", "version"]).map { form in
                CVSSPlan(
                    score: expression(form["score"], FieldShape(name: "score", kind: .decimal)), vector: expression(form["vector"], .text("vector")),
                    version: expression(form["version"], .text("version")))
            }
        }
    }

    private mutating func evidence(_ node: YAMLNode?) -> [Block<EvidencePlan>] {
        blocks(node, "evidence", keys: ["type", "summary", "request", "response"]) { compiler, form in
            EvidencePlan(
                type: compiler.expression(form["type"], .word("type")), summary: compiler.expression(form["summary"], .text("summary")),
                request: compiler.expression(form["request"], .text("request")), response: compiler.expression(form["response"], .text("response")))
        }
    }

    private mutating func tickets(_ node: YAMLNode?) -> [Block<TicketPlan>] {
        blocks(node, "tickets", keys: ["system", "uid", "status", "src_url", "assignee", "due_time"]) { compiler, form in
            TicketPlan(
                system: compiler.expression(form["system"], .word("system")), uid: compiler.expression(form["uid"], .text("uid")),
                status: compiler.expression(form["status"], .text("status")), srcURL: compiler.expression(form["src_url"], .text("src_url")),
                assignee: compiler.expression(form["assignee"], .text("assignee")), dueTime: compiler.expression(form["due_time"], .time("due_time")))
        }
    }
}
