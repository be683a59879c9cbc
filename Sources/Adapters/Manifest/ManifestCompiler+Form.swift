import YAMLDocument

/// A mapping of the manifest whose keys were checked.
struct Form {
    let node: YAMLNode
    private let values: [String: YAMLNode]

    init(node: YAMLNode, values: [String: YAMLNode]) {
        self.node = node
        self.values = values
    }

    subscript(_ key: String) -> YAMLNode? { values[key] }
}

extension ManifestCompiler {
    /// The mapping `node` with only `keys` in it; every other key, and every key without a value, is an error.
    mutating func form(_ node: YAMLNode, _ what: String, keys: [String]) -> Form? {
        guard let members = node.members else {
            issues.error(node, "\(what) must be a mapping, not \(node.kindName)")
            return nil
        }
        var values: [String: YAMLNode] = [:]
        for member in members {
            guard let key = member.key.scalar, keys.contains(key) else {
                issues.unknownKey(member.key, known: keys)
                continue
            }
            if member.value.isEmpty {
                issues.error(member.key, "'\(key)' has no value")
            } else {
                values[key] = member.value
            }
        }
        return Form(node: node, values: values)
    }

    /// The text of a word.
    mutating func word(_ node: YAMLNode?, _ what: String) -> String? {
        guard let node else { return nil }
        guard let text = node.scalar, !text.isEmpty else {
            issues.error(node, "'\(what)' must be a word, not \(node.scalar == nil ? node.kindName : "nothing")")
            return nil
        }
        return text
    }

    /// The texts of one word or a list of words, with their nodes.
    mutating func words(_ node: YAMLNode?, _ what: String) -> [(word: String, node: YAMLNode)] {
        guard let node else { return [] }
        let items = node.items ?? [node]
        if items.isEmpty { issues.error(node, "'\(what)' is an empty list") }
        var words: [(word: String, node: YAMLNode)] = []
        for item in items {
            if item.isEmpty {
                issues.error(item, "'\(what)' has no value here", hint: "a word like ~ or null goes in quotes")
            } else if let word = word(item, what) {
                words.append((word, item))
            }
        }
        return words
    }

    /// A word that must be there.
    mutating func required(_ key: String, in form: Form) -> String? {
        guard let node = form[key] else {
            missing(key, in: form)
            return nil
        }
        return word(node, key)
    }

    /// Says that `key` is not there, unless it is there without a value, which was said before.
    mutating func missing(_ key: String, in form: Form, hint: String? = nil) {
        if form.node[key] == nil { issues.error(form.node, "'\(key)' is missing", hint: hint) }
    }

    /// A path, which begins at the document or at the item in force.
    mutating func path(_ node: YAMLNode, _ what: String) -> Path? {
        guard let text = node.scalar else {
            issues.error(node, "'\(what)' must be a path, not \(node.kindName)")
            return nil
        }
        guard Path.isPath(text) else {
            issues.error(node, "'\(text)' is no path", hint: "a path begins with $ or with a point: $.\(text)")
            return nil
        }
        switch Path.parse(text) {
        case .failure(let error):
            issues.error(node, error.message, hint: error.hint)
            return nil
        case .success(let path):
            if path.hasAnyDepth {
                issues.error(node, "'\(text)': '..' is only for redact and clear")
                return nil
            }
            if path.root == .item, !hasItem {
                issues.error(node, "'\(text)' begins at an item, and no 'each' is in force here", hint: "write $\(path.steps.isEmpty ? "" : text)")
                return nil
            }
            return path
        }
    }

    /// One path or a list of paths.
    mutating func paths(_ node: YAMLNode?, _ what: String) -> [Path] {
        guard let node else { return [] }
        return (node.items ?? [node]).compactMap { path($0, what) }
    }

    /// The slot for what `path` leads to.
    mutating func slot(_ path: Path) -> SlotReference {
        if isInEvent { eventPaths.append(path) }
        let (slot, place) = trie.slot(for: path, frame: frame)
        return SlotReference(slot: slot, ofDocument: path.root == .document, place: self.place(place))
    }
}
