import YAMLDocument

/// Takes the members of one mapping by name; what is left over was misspelt.
struct MappingReader {
    private let node: YAMLNode
    private let members: [(key: YAMLNode, value: YAMLNode)]
    /// The keys that were asked for so far.
    private(set) var known: [String] = []

    /// Adds an error and is nothing when `node` is no mapping.
    init?(_ node: YAMLNode, _ what: String, _ issues: inout IssueCollector) {
        guard let members = node.members else {
            issues.error(node, node.isEmpty ? "\(what) is empty" : "\(what) must be a mapping, not \(node.kindName)")
            return nil
        }
        self.node = node
        self.members = members
    }

    /// The value under `key`, which is from now on a known key.
    mutating func take(_ key: String) -> YAMLNode? {
        known.append(key)
        return members.first { $0.key.scalar == key }?.value
    }

    /// As `take`, with an error at the mapping when the key is missing.
    mutating func require(_ key: String, _ what: String, _ issues: inout IssueCollector) -> YAMLNode? {
        if let value = take(key) { return value }
        issues.error(node, "\(what) needs '\(key)'")
        return nil
    }

    /// Adds an error for every key that was never asked for.
    func finish(_ issues: inout IssueCollector) {
        for (key, _) in members where !known.contains(key.scalar ?? "") { issues.unknownKey(key, known: known) }
    }
}
