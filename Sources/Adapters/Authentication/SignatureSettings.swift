import YAMLDocument

/// A mapping whose keys were checked.
struct SignatureSettings {
    let node: YAMLNode

    init?(_ node: YAMLNode, keys: [String], issues: inout IssueCollector) {
        guard let members = node.members else {
            issues.error(node, "expected a mapping with \(keys.joined(separator: ", ")), not \(node.kindName)")
            return nil
        }
        for (key, _) in members where !keys.contains(key.scalar ?? "") { issues.unknownKey(key, known: keys) }
        self.node = node
    }

    func required(_ key: String, issues: inout IssueCollector) -> YAMLNode? {
        if let value = node[key] { return value }
        issues.error(node, "'\(key)' is missing")
        return nil
    }

    /// The value under a required key, one of a closed set of words.
    func word<Word: RawRepresentable<String> & CaseIterable>(_ key: String, of type: Word.Type, issues: inout IssueCollector) -> Word? {
        guard let value = required(key, issues: &issues) else { return nil }
        if let word = value.scalar.flatMap({ Word(rawValue: $0) }) { return word }
        issues.unknownWord(value, what: key, known: Word.allCases.map(\.rawValue))
        return nil
    }
}
