import YAMLDocument

extension ManifestCompiler {
    /// A value that is taken if a condition holds: `when` or `unless` or both, and `then`.
    mutating func conditional(_ form: Form, then value: YAMLNode, _ shape: FieldShape) -> ExpressionID? {
        if form.node["when"] == nil, form.node["unless"] == nil { issues.error(form.node, "'when' or 'unless' is missing beside 'then'") }
        let condition = condition(form)
        return expression(value, shape).flatMap { then in condition.map { add(.conditional($0, then: then)) } }
    }

    /// The number of the condition that `when` and `unless` of a form make together; nothing when neither is there.
    mutating func condition(_ form: Form) -> Int? {
        let when = form["when"].map { tests($0, "when") }
        let unless = form["unless"].map { tests($0, "unless") }
        guard when != nil || unless != nil else { return nil }
        tables.conditions.append(Condition(when: when ?? [], unless: unless ?? []))
        return tables.conditions.count - 1
    }

    private mutating func tests(_ node: YAMLNode, _ what: String) -> [Condition.Test] {
        guard let members = node.members, !members.isEmpty else {
            issues.error(node, "'\(what)' must be a mapping of paths to words", hint: "or has: a path, or a list of paths")
            return []
        }
        var tests: [Condition.Test] = []
        for (key, value) in members {
            if key.scalar == "has" {
                if value.isEmpty { issues.error(key, "'has' has no value") }
                for path in value.isEmpty ? [] : paths(value, "has") { tests.append(Condition.Test(path: slot(path), words: nil)) }
                continue
            }
            guard let text = key.scalar, Path.isPath(text) else {
                issues.error(key, "'\(key.scalar ?? "")' is neither a path nor 'has'", hint: "a path begins with $ or with a point")
                continue
            }
            guard let path = path(key, what) else { continue }
            var table = WordTable()
            for (word, node) in words(value, text) where !table.insert(word, value: 0) {
                issues.error(node, "the word '\(word)' is there already")
            }
            tests.append(Condition.Test(path: slot(path), words: table))
        }
        return tests
    }
}
