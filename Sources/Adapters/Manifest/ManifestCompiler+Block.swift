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
        return nodes.compactMap { node in
            form(node, "'\(what)'", keys: keys + Self.blockKeys).flatMap { block($0, what, make) }
        }
    }

    private mutating func block<Fields: Sendable>(
        _ form: Form, _ what: String, _ make: (inout ManifestCompiler, Form) -> Fields?
    ) -> Block<Fields>? {
        let outer = (frame: frame, hasItem: hasItem)
        defer { (frame, hasItem) = outer }
        var items: SlotReference?
        if let each = form["each"] {
            if each.items != nil { issues.error(each, "'each' must be one path, not a list", hint: "write a block for each path") }
            let path = each.items == nil ? path(each, "each") : nil
            hasItem = true
            guard let path else {
                _ = make(&self, form)
                return nil
            }
            let inner = trie.frame(for: path, within: frame)
            items = SlotReference(slot: trie.listSlot(of: inner), ofDocument: path.root == .document, place: place(trie.place(of: inner)))
            frame = inner
        }
        let condition = condition(form)
        let place = place("\(trie.place(of: frame)) (\(what))")
        return make(&self, form).map { Block(items: items, condition: condition, place: place, fields: $0) }
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
