import YAMLDocument

extension RedactionRules {
    /// The rules that the manifest's `redact` and `clear` describe; what is wrong with them goes to `issues`, and the rest still counts.
    ///
    /// - Parameters:
    ///   - json: the paths of the manifest's `json`.
    ///   - names: how the manifest compares names.
    package static func compile(
        redact: YAMLNode?, clear: YAMLNode?, json: [Path] = [], names: NameMatching = .exact, issues: inout IssueCollector
    ) -> RedactionRules {
        var rules = RedactionRules(json: json, names: names)
        if let redact { rules.rules = RedactionRule.compile(list: redact, issues: &issues) }
        if let clear { rules.clear = list(clear).compactMap { place($0, issues: &issues) } }
        if !Redactor.fits(rules) {
            issues.error(redact ?? clear ?? YAMLNode(line: 1, column: 1, content: .sequence([])), "the redaction paths have too many steps together")
        }
        return rules
    }

    /// A list's elements, or the one value that stands for a list of it.
    fileprivate static func list(_ node: YAMLNode) -> [YAMLNode] { node.items ?? [node] }

    /// A path from the document's root.
    fileprivate static func place(_ node: YAMLNode, issues: inout IssueCollector) -> Path? {
        guard let text = node.scalar else {
            issues.error(node, "expected a path such as $..password, not \(node.kindName)")
            return nil
        }
        guard Path.isPath(text) else {
            issues.error(node, "expected a path, not the word '\(text)'", hint: "$..\(text)")
            return nil
        }
        switch Path.parse(text) {
        case .failure(let error):
            issues.error(node, error.message, hint: error.hint)
            return nil
        case .success(let path):
            guard path.root == .document else {
                issues.error(node, "'\(text)' must begin with '$'", hint: "$\(text)")
                return nil
            }
            return path
        }
    }
}

extension RedactionRule {
    private static let forms = ["in", "keep", "http-headers"]

    /// The rules of a `redact` list: paths, lists of paths, `{ in, keep }` and `{ in, http-headers }`.
    package static func compile(list node: YAMLNode, issues: inout IssueCollector) -> [RedactionRule] {
        guard let items = node.items else {
            issues.error(node, "redact must be a list, not \(node.kindName)", hint: "- [ $..password ]")
            return []
        }
        return items.flatMap { item in item.members == nil ? removal(item, issues: &issues) : scoped(item, issues: &issues) }
    }

    private static func removal(_ node: YAMLNode, issues: inout IssueCollector) -> [RedactionRule] {
        let paths = RedactionRules.list(node).compactMap { item -> Path? in
            guard let path = RedactionRules.place(item, issues: &issues) else { return nil }
            if path.steps.isEmpty { issues.error(item, "'$' would leave nothing of any event") }
            return path
        }
        return paths.isEmpty ? [] : [.remove(paths)]
    }

    private static func scoped(_ node: YAMLNode, issues: inout IssueCollector) -> [RedactionRule] {
        for (key, _) in node.members ?? [] where !forms.contains(key.scalar ?? "") { issues.unknownKey(key, known: forms) }
        guard let place = node["in"] else {
            issues.error(node, "'in' is missing: the place that keep or http-headers is about")
            return []
        }
        let paths = RedactionRules.list(place).compactMap { RedactionRules.place($0, issues: &issues) }
        switch (node["keep"], node["http-headers"]) {
        case (let keep?, nil):
            let names = names(keep, issues: &issues)
            return paths.map { .keep(in: $0, names: names) }
        case (nil, let headers?):
            let names = RedactionRules.list(headers).compactMap { SignatureCompiler.headerName($0, issues: &issues) }
            if names.isEmpty { issues.error(headers, "http-headers names no header") }
            return paths.map { .httpHeaders(in: $0, names: names) }
        default:
            issues.error(node, "expected either keep or http-headers beside 'in'")
            return []
        }
    }

    /// Names of members; a path is a slip.
    private static func names(_ node: YAMLNode, issues: inout IssueCollector) -> [String] {
        RedactionRules.list(node).compactMap { item in
            guard let name = item.scalar, !name.isEmpty else {
                issues.error(item, "expected the name of a member")
                return nil
            }
            guard item.isQuoted || !Path.isPath(name) else {
                issues.error(item, "keep takes names of members, not paths", hint: String(name.drop { $0 == "$" || $0 == "." }))
                return nil
            }
            return name
        }
    }
}
