import YAMLDocument

extension ManifestCompiler {
    private static let blockKeys = ["each", "when", "unless"]

    /// One block or a list of blocks, each with the items that its `each` names in force while `make` reads its fields.
    mutating func blocks<Fields: Sendable>(
        _ node: YAMLNode?, _ what: String, keys: [String], _ make: (inout ManifestCompiler, Form) -> Fields?
    ) -> [Block<Fields>] {
        guard let node else { return [] }
        let nodes = node.items ?? [node]
        if nodes.isEmpty { issues.error(node, "'\(what)' is an empty list") }
        return nodes.flatMap { node -> [Block<Fields>] in
            guard let form = form(node, "'\(what)'", keys: keys + Self.blockKeys) else { return [] }
            guard let paths = itemPaths(form) else {
                readOn(form, make)
                return []
            }
            return paths.compactMap { block(form, each: $0, what, make) }
        }
    }

    /// Where the block's items stand: nowhere of their own, at one path, or at each of the paths under `all`; nothing after an error was added.
    private mutating func itemPaths(_ form: Form) -> [YAMLNode?]? {
        guard let each = form["each"] else { return [nil] }
        if each.items != nil {
            issues.error(each, "'each' must be a path, not a list", hint: "{ all: [ … ] } takes the items of several paths")
            return nil
        }
        guard each.members != nil else { return [each] }
        guard let form = self.form(each, "'each'", keys: ["all"]) else { return nil }
        guard let all = form["all"], let paths = all.items, !paths.isEmpty else {
            issues.error(each, "'each' must be a path, or have a list of paths under 'all'")
            return nil
        }
        return paths
    }

    private mutating func block<Fields: Sendable>(
        _ form: Form, each: YAMLNode?, _ what: String, _ make: (inout ManifestCompiler, Form) -> Fields?
    ) -> Block<Fields>? {
        let outer = (frame: frame, hasItem: hasItem)
        defer { (frame, hasItem) = outer }
        var items: SlotReference?
        if let each {
            guard let path = path(each, "each") else {
                readOn(form, make)
                return nil
            }
            hasItem = true
            let inner = trie.frame(for: path, within: frame)
            items = SlotReference(slot: trie.listSlot(of: inner), ofDocument: path.root == .document, place: place(trie.place(of: inner)))
            frame = inner
        }
        let condition = condition(form)
        let place = place("\(trie.place(of: frame)) (\(what))")
        return make(&self, form).map { Block(items: items, condition: condition, place: place, fields: $0) }
    }

    /// Reads what stands in a block whose `each` cannot be used, only to find what else is wrong.
    private mutating func readOn<Fields>(_ form: Form, _ make: (inout ManifestCompiler, Form) -> Fields?) {
        let had = hasItem
        hasItem = true
        _ = condition(form)
        _ = make(&self, form)
        hasItem = had
    }

    /// `known` and `drop`, relative to the item in force.
    mutating func knownAndDropped(_ form: Form) {
        for path in paths(form["known"], "known") { trie.know(path, frame: frame, dropped: false) }
        for path in paths(form["drop"], "drop") {
            if path.steps.isEmpty, let node = form["drop"] { issues.error(node, "'drop' cannot name everything") }
            trie.know(path, frame: frame, dropped: true)
        }
    }
}
