import YAMLDocument

/// Takes the members of one mapping by name; what is left over was misspelt.
struct MappingReader {
    private let node: YAMLNode
    private let members: [(key: YAMLNode, value: YAMLNode)]
    /// The keys that were asked for so far.
    private(set) var known: [String] = []
    /// Those of them that have to be there and are not.
    private var missing: [(key: String, message: String)] = []

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
        let message = "\(what) needs '\(key)'"
        missing.append((key, message))
        issues.error(node, message)
        return nil
    }

    /// Adds an error for every key that was never asked for; one that stands for a missing key is one mistake.
    func finish(_ issues: inout IssueCollector) {
        let unknown = members.map(\.key).filter { !known.contains($0.scalar ?? "") }
        for key in unknown {
            let closest = Spelling.closest(to: key.scalar ?? "", in: known)
            if let meant = missing.first(where: { $0.key == closest || closest == nil && unknown.count == 1 && missing.count == 1 }) {
                report(key, for: meant, &issues)
            } else {
                issues.unknownKey(key, known: known)
            }
        }
    }

    /// As `finish` where nothing else of the mapping can be read: only what stands for a missing key is told.
    func finishWithoutKnowing(_ issues: inout IssueCollector) {
        for meant in missing {
            let misspelt = members.first { Spelling.closest(to: $0.key.scalar ?? "", in: [meant.key]) != nil }
            if let misspelt { report(misspelt.key, for: meant, &issues) }
        }
    }

    private func report(_ key: YAMLNode, for meant: (key: String, message: String), _ issues: inout IssueCollector) {
        issues.withdraw(node, meant.message)
        issues.error(key, "unknown key '\(key.scalar ?? "")'", hint: "did you mean '\(meant.key)'?")
    }
}
