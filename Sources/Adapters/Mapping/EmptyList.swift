/// A path of an item at which an empty list stands: the vendor says "none", where a member that is absent or null says nothing.
struct EmptyList: Hashable {
    let item: Int
    let slot: Int
}

extension Evaluator {
    /// Notes that an empty list stands at a position: for the paths that end there, and for those that go on to members of its items.
    mutating func noteEmpty(at number: Int, _ trie: PathTrie) {
        noteEmpty(trie.positions[number].actions, trie)
        for edge in trie.positions[number].edges { noteEmpty(trie.positions[trie.edges[edge].position].actions, trie) }
    }

    private mutating func noteEmpty(_ actions: Range<Int>, _ trie: PathTrie) {
        for index in actions {
            let action = trie.actions[index]
            let list: EmptyList
            if let slot = action.slot {
                list = EmptyList(item: current[action.frame], slot: slot)
            } else {
                let frame = trie.frames[action.frame]
                list = EmptyList(item: current[frame.parent], slot: frame.listSlot)
            }
            if list.item >= 0 { emptied.insert(list) }
        }
    }

    /// Whether an expression that has no value asked for a list that is there and empty.
    func saysNone(_ id: ExpressionID?, _ item: Int) -> Bool {
        guard let id, !emptied.isEmpty else { return false }
        switch tables.expressions[id] {
        case .slot(let reference): return isEmptied(reference, item)
        case .alternatives(let list), .all(let list): return list.range.contains { saysNone(tables.lists[$0], item) }
        case .map(let from, _), .pattern(let from, _), .split(let from, _), .form(let from, _), .time(let from, _), .duration(let from, _):
            return saysNone(from, item)
        case .join, .hash, .constant, .header, .onlyKey, .memberName, .conditional: return false
        }
    }

    /// Whether blocks of which nothing was made were to be made for each item of a list that is there and empty.
    func saysNone<Fields>(_ blocks: [Block<Fields>], _ item: Int) -> Bool {
        blocks.contains { $0.items.map { isEmptied($0, item) } ?? false }
    }

    private func isEmptied(_ reference: SlotReference, _ item: Int) -> Bool {
        emptied.contains(EmptyList(item: owner(reference, item), slot: reference.slot))
    }
}
