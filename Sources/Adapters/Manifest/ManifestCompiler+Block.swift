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
            guard let places = places(form) else {
                readOn(form, make)
                return []
            }
            return places.compactMap { block(form, each: $0, what, make) }
        }
    }

    /// Where the items of a block stand.
    enum Place {
        case path(YAMLNode)
        /// Every member of the object there, whose name has a name.
        case members(YAMLNode, as: String)
    }

    /// Where the block's items stand: nowhere of their own, at one place, or at each of the paths under `all`; nothing after an error was added.
    private mutating func places(_ form: Form) -> [Place?]? {
        guard let each = form["each"] else { return [nil] }
        if each.items != nil {
            issues.error(each, "'each' must be a path, not a list", hint: "{ all: [ … ] } takes the items of several paths")
            return nil
        }
        guard each.members != nil else { return [.path(each)] }
        if each["in"] != nil { return members(each).map { [$0] } }
        guard let form = self.form(each, "'each'", keys: ["all"]) else { return nil }
        guard let all = form["all"], let paths = all.items, !paths.isEmpty else {
            issues.error(each, "'each' must be a path, or have a list of paths under 'all'")
            return nil
        }
        return paths.map { .path($0) }
    }

    /// `{ in: { members: $.results }, as: host, each: .value }`.
    private mutating func members(_ each: YAMLNode) -> Place? {
        guard let form = self.form(each, "'each'", keys: ["in", "as", "each"]), let place = form["in"],
            let inner = self.form(place, "'in'", keys: ["members"]), let path = inner["members"], let name = required("as", in: form)
        else { return nil }
        guard form["each"]?.scalar == ".value" else {
            issues.error(each, "'each' beside 'in' must be .value", hint: "the items are the values of the members")
            return nil
        }
        guard !name.isEmpty, name.utf8.allSatisfy({ $0.isLetter || $0.isDigit }) else {
            issues.error(each, "'\(name)' is no name for 'as'", hint: "letters and digits")
            return nil
        }
        return .members(path, as: name)
    }

    private mutating func block<Fields: Sendable>(
        _ form: Form, each: Place?, _ what: String, _ make: (inout ManifestCompiler, Form) -> Fields?
    ) -> Block<Fields>? {
        let outer = (frame: frame, hasItem: hasItem, memberName: memberName)
        defer { (frame, hasItem, memberName) = outer }
        var items: SlotReference?
        if let each {
            let node: YAMLNode
            let name: String?
            switch each {
            case .path(let path): (node, name) = (path, nil)
            case .members(let path, let said): (node, name) = (path, said)
            }
            guard let path = path(node, "each") else {
                readOn(form, make)
                return nil
            }
            hasItem = true
            let inner = name == nil ? trie.frame(for: path, within: frame) : trie.membersFrame(of: path, within: frame)
            memberName = name ?? memberName
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
