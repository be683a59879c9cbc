import JSONDocument

/// Gathers the paths of some kinds of event while the manifest is compiled.
struct PathTrieBuilder {
    private struct Node {
        var children: [(name: String, node: Int)] = []
        var actions: [PathTrie.Action] = []
        var isKnown = false
        var isDropped = false
        var members: Int?
        var text: String
    }

    private let matching: NameMatching
    private var nodes = [Node(text: "$")]
    private var frames = [PathTrie.Frame(slots: 0, parent: 0, listSlot: 0)]
    /// Where each frame's items stand.
    private var bases = [0]
    /// Folded names that are no drift wherever they stand.
    private var anywhere: [String] = []

    init(matching: NameMatching) { self.matching = matching }

    /// The slot of `frame` that the nodes at `path` fill; item paths begin at `frame`, the others at the document.
    mutating func slot(for path: Path, frame: Int) -> (slot: Int, place: String) {
        let owner = path.root == .document ? 0 : frame
        let node = node(at: path, frame: frame)
        if let action = nodes[node].actions.first(where: { $0.frame == owner && $0.slot != nil }), let slot = action.slot {
            return (slot, nodes[node].text)
        }
        let slot = addSlot(to: owner)
        nodes[node].actions.append(PathTrie.Action(frame: owner, slot: slot))
        return (slot, nodes[node].text)
    }

    /// The frame of the items at `path`, which belong to the items of `frame` or to the document.
    mutating func frame(for path: Path, within frame: Int) -> Int {
        let parent = path.root == .document ? 0 : frame
        let node = node(at: path, frame: frame)
        if let action = nodes[node].actions.first(where: { $0.slot == nil && frames[$0.frame].parent == parent }) { return action.frame }
        frames.append(PathTrie.Frame(slots: 0, parent: parent, listSlot: addSlot(to: parent)))
        bases.append(node)
        nodes[node].actions.append(PathTrie.Action(frame: frames.count - 1, slot: nil))
        return frames.count - 1
    }

    /// The frame of the values of all members of the object at `path`.
    mutating func membersFrame(of path: Path, within frame: Int) -> Int {
        let parent = path.root == .document ? 0 : frame
        let object = node(at: path, frame: frame)
        let node: Int
        if let known = nodes[object].members {
            node = known
        } else {
            nodes.append(Node(text: nodes[object].text + ".*"))
            node = nodes.count - 1
            nodes[object].members = node
        }
        if let action = nodes[node].actions.first(where: { $0.slot == nil && frames[$0.frame].parent == parent }) { return action.frame }
        frames.append(PathTrie.Frame(slots: 0, parent: parent, listSlot: addSlot(to: parent)))
        bases.append(node)
        nodes[node].actions.append(PathTrie.Action(frame: frames.count - 1, slot: nil))
        return frames.count - 1
    }

    /// The slot that lists the items of `frame` in its parent.
    func listSlot(of frame: Int) -> Int { frames[frame].listSlot }

    /// Where the items of `frame` stand, as a path.
    func place(of frame: Int) -> String { nodes[bases[frame]].text }

    /// Makes the names on the way to `path`, and all below it, no drift.
    mutating func know(_ path: Path, frame: Int, dropped: Bool) {
        let node = node(at: path, frame: frame)
        nodes[node].isKnown = true
        if dropped { nodes[node].isDropped = true }
    }

    /// Makes the names on the way to `path` no drift.
    mutating func name(_ path: Path) { _ = node(at: path, frame: 0) }

    /// Makes a name no drift wherever it stands, and all below it.
    mutating func knowAnywhere(_ name: String) {
        let folded = matching.folded(name)
        if !anywhere.contains(folded) { anywhere.append(folded) }
    }

    private mutating func addSlot(to frame: Int) -> Int {
        frames[frame].slots += 1
        return frames[frame].slots - 1
    }

    private mutating func node(at path: Path, frame: Int) -> Int {
        var node = path.root == .document ? 0 : bases[frame]
        for step in path.steps {
            let name = matching.folded(step.name)
            if let child = nodes[node].children.first(where: { $0.name == name }) {
                node = child.node
            } else {
                nodes.append(Node(text: nodes[node].text + "." + PathText.written(step.name)))
                nodes[node].children.append((name, nodes.count - 1))
                node = nodes.count - 1
            }
        }
        return node
    }

    /// The tree in the form that the mapper reads; `intern` gives a path's number in `PlanTables.places`.
    func trie(intern: (String) -> Int) -> PathTrie {
        var known = nodes.map(\.isKnown)
        // Children have higher numbers than their parents.
        for (index, node) in nodes.enumerated() where known[index] {
            for child in node.children { known[child.node] = true }
            if let members = node.members { known[members] = true }
        }
        var trie = PathTrie(positions: [], edges: [], actions: [], frames: frames, names: [], anywhere: anywhere, matching: matching)
        for (index, node) in nodes.enumerated() {
            let firstEdge = trie.edges.count
            for child in node.children {
                let start = trie.names.count
                trie.names += child.name.utf8
                let hash = Array(child.name.utf8).withUnsafeBytes { JSONTape.hash($0) }
                trie.edges.append(PathTrie.Edge(hash: hash, name: start..<trie.names.count, position: child.node))
            }
            let firstAction = trie.actions.count
            trie.actions += node.actions.filter { $0.slot == nil }.sorted { $0.frame < $1.frame } + node.actions.filter { $0.slot != nil }
            trie.positions.append(
                PathTrie.Position(
                    edges: firstEdge..<trie.edges.count, actions: firstAction..<trie.actions.count, isKnown: known[index],
                    isDropped: node.isDropped, place: intern(node.text),
                    members: node.members))
        }
        return trie
    }
}
