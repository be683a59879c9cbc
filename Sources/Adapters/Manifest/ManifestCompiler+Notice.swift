import YAMLDocument

extension ManifestCompiler {
    mutating func notices(_ node: YAMLNode?) -> [Block<NoticePlan>] {
        blocks(node, "notice", keys: ["key", "kind", "summary", "resource", "known", "drop"]) { compiler, form in
            let plan = NoticePlan(
                key: compiler.expression(form["key"], .key("key")), kind: compiler.expression(form["kind"], .word("kind")),
                summary: compiler.expression(form["summary"], .text("summary")), resource: compiler.resources(form["resource"], "resource"))
            compiler.knownAndDropped(form)
            return plan
        }
    }

    mutating func resources(_ node: YAMLNode?, _ what: String) -> [Block<ResourcePlan>] {
        let keys = ["uid", "type", "name", "address", "hostname", "ip", "port", "protocol", "url", "path", "method", "parameter", "labels"]
        return blocks(node, what, keys: keys) { compiler, form in
            var plan = ResourcePlan()
            plan.uid = compiler.expression(form["uid"], .text("uid"))
            plan.type = compiler.expression(form["type"], .word("type"))
            plan.name = compiler.expression(form["name"], .word("name"))
            plan.address = compiler.expression(form["address"], FieldShape(name: "address", kind: .address))
            plan.hostname = compiler.expression(form["hostname"], .text("hostname"))
            plan.ip = compiler.expression(form["ip"], .text("ip"))
            plan.port = compiler.expression(form["port"], FieldShape(name: "port", kind: .port))
            plan.protocolName = compiler.expression(form["protocol"], .word("protocol"))
            plan.url = compiler.expression(form["url"], .text("url"))
            plan.path = compiler.expression(form["path"], .text("path"))
            plan.method = compiler.expression(form["method"], .text("method"))
            plan.parameter = compiler.expression(form["parameter"], .text("parameter"))
            plan.labels = compiler.expression(form["labels"], .texts("labels"))
            return plan
        }
    }
}
