import JSONDocument

/// All paths that an adapter knows for some kinds of event, as one tree of names, with what to do where a path leads.
///
/// Arrays take no step: an array stands where its elements stand.
struct PathTrie: Sendable {
    /// What to do with a node of the document.
    struct Action: Sendable {
        /// The frame whose item the node becomes, or whose slot it fills.
        var frame: Int
        /// The slot; nothing to begin an item.
        var slot: Int?
    }

    struct Position: Sendable {
        /// In `edges`.
        var edges: Range<Int>
        /// In `actions`; items begin before slots are filled.
        var actions: Range<Int>
        /// Names below that stand in no path are no drift.
        var isKnown: Bool
        /// Nothing from here is kept in `unmapped`.
        var isDropped: Bool
        /// In `PlanTables.places`.
        var place: Int
        /// Where the values of members go on that stand in no path, if the object is a map of things.
        var members: Int?
    }

    struct Edge: Sendable {
        var hash: UInt64
        var name: Range<Int>
        var position: Int
    }

    /// Items of one `each`, or the document for the first.
    struct Frame: Sendable {
        var slots: Int
        /// The frame whose item an item of this one belongs to, and the slot there that lists them.
        var parent: Int
        var listSlot: Int
    }

    var positions: [Position]
    var edges: [Edge]
    var actions: [Action]
    var frames: [Frame]
    /// The folded names of all edges.
    var names: [UInt8]
    /// Folded names that are no drift wherever they stand.
    var anywhere: [String]
    let matching: NameMatching

    /// Whether a member that stands in no path is none that could surprise: its name is known anywhere.
    func isKnownAnywhere(_ name: UnsafeRawBufferPointer) -> Bool { anywhere.contains { matching.matches(name, folded: $0) } }

    /// The position below `position` for the member `node`, if a path goes there.
    @inline(__always) func position(below position: Int, for node: Int, of tape: JSONTape) -> Int? {
        let name = tape.key(node)
        switch matching {
        case .exact: return find(name, hash: tape.keyHash(node), among: positions[position].edges)
        case .loose:
            return withUnsafeTemporaryAllocation(byteCount: name.count, alignment: 1) { buffer in
                var count = 0
                for byte in name {
                    guard let byte = NameMatching.folded(byte) else { continue }
                    buffer[count] = byte
                    count += 1
                }
                let folded = UnsafeRawBufferPointer(rebasing: buffer[..<count])
                return find(folded, hash: JSONTape.hash(folded), among: positions[position].edges)
            }
        }
    }

    private func find(_ name: UnsafeRawBufferPointer, hash: UInt64, among range: Range<Int>) -> Int? {
        for index in range where edges[index].hash == hash {
            let edge = edges[index]
            if edge.name.count == name.count, names[edge.name].elementsEqual(name) { return edge.position }
        }
        return nil
    }
}
