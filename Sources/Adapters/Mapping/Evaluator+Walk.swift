import JSONDocument

extension Evaluator {
    /// Walks the document once along `trie`: fills the slots, marks what is dropped, and notes drift if asked to.
    mutating func walk(_ trie: PathTrie, notesDrift: Bool) {
        bindings = Bindings()
        (emptied, memberNames, currentMember, maps) = ([], [:], nil, [])
        current = Array(repeating: -1, count: trie.frames.count)
        current[0] = bindings.begin(node: 0, slots: trie.frames[0].slots)
        visit(0, at: 0, trie, notesDrift)
    }

    private mutating func visit(_ node: Int, at number: Int, _ trie: PathTrie, _ notesDrift: Bool, isElement: Bool = false) {
        let position = trie.positions[number]
        if position.isDropped { marks[node] |= Mark.dropped }
        let kind = tape.kind(node)
        if kind == .array {
            let end = tape.next(node)
            var child = node + 1
            while child < end, !budget.isSpent {
                visit(child, at: number, trie, notesDrift, isElement: true)
                child = tape.next(child)
            }
            return
        }
        guard !position.actions.isEmpty else {
            visitMembers(of: node, kind, position, trie, notesDrift, number, isElement)
            return
        }
        let outer = begin(position.actions, node, trie)
        visitMembers(of: node, kind, position, trie, notesDrift, number, isElement)
        for (frame, item) in outer { current[frame] = item }
    }

    /// Does what the paths that lead here ask for; gives the items that go on when this one ends.
    private mutating func begin(_ actions: Range<Int>, _ node: Int, _ trie: PathTrie) -> [(frame: Int, item: Int)] {
        var outer: [(frame: Int, item: Int)] = []
        for index in actions {
            let action = trie.actions[index]
            if let slot = action.slot {
                if current[action.frame] >= 0 { bindings.append(node, to: slot, of: current[action.frame]) }
            } else if case let frame = trie.frames[action.frame], current[frame.parent] >= 0, !isNothing(node) {
                guard bindings.places + frame.slots <= placesMax else {
                    budget.spend()
                    break
                }
                let item = bindings.begin(node: node, slots: frame.slots)
                bindings.append(item, to: frame.listSlot, of: current[frame.parent])
                if let currentMember { memberNames[item] = currentMember }
                outer.append((action.frame, current[action.frame]))
                current[action.frame] = item
            }
        }
        return outer
    }

    private mutating func visitMembers(
        of node: Int, _ kind: JSONKind, _ position: PathTrie.Position, _ trie: PathTrie, _ notesDrift: Bool, _ number: Int, _ isElement: Bool
    ) {
        guard !position.edges.isEmpty || position.members != nil else { return }
        guard kind == .object else {
            // A name is expected below, and here is a plain value.
            if notesDrift, position.actions.isEmpty, !position.isKnown, !isNothing(node) { noteUnreadable(node, place: position.place) }
            return
        }
        let members = isElement || !isMap(node) ? nil : position.members
        let end = tape.next(node)
        var child = node + 1
        while child < end {
            if let below = trie.position(below: number, for: child, of: tape) {
                if tape.kind(child) == .array, tape.childCount(child) == 0 { noteEmpty(at: below, trie) }
                visit(child, at: below, trie, notesDrift)
            } else if let members {
                maps.insert(node)
                let outer = currentMember
                currentMember = child
                visit(child, at: members, trie, notesDrift)
                currentMember = outer
            } else if notesDrift, !position.isKnown, isSurprising(child, trie) {
                drift.addField(tape.key(child), hash: tape.keyHash(child), below: position.place, places: tables.places)
            }
            child = tape.next(child)
        }
    }

    /// Whether an object is a map of things: each of its members holds an object or a list.
    private func isMap(_ node: Int) -> Bool {
        let end = tape.next(node)
        var child = node + 1
        while child < end {
            guard tape.kind(child) == .object || tape.kind(child) == .array else { return false }
            child = tape.next(child)
        }
        return true
    }

    /// Whether a member that stands in no path is drift: not what redaction is about, filled or empty.
    private func isSurprising(_ node: Int, _ trie: PathTrie) -> Bool {
        let name = tape.key(node)
        if isRedacted(node: node) || trie.isKnownAnywhere(name) { return false }
        return !(isNothing(node) && SecretNames.matches(name))
    }

    /// Turns what no field could read, and nothing else read, into drift.
    mutating func noteUnreadable() {
        var noted: Set<Int> = []
        // A node that every item of a long list asks for in vain is looked through once.
        var used: Set<Int> = []
        for item in unreadable where item.place >= 0 && !noted.contains(item.place) && !used.contains(item.node) {
            if marks[item.node..<tape.next(item.node)].contains(where: { $0 & Mark.used != 0 }) {
                used.insert(item.node)
            } else {
                noted.insert(item.place)
                drift.add(.type, tables.places[item.place])
            }
        }
        unreadable.removeAll()
    }
}
