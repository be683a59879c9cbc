import JSONDocument

/// Follows many paths at once down a document: each position waits for one step's name.
struct PlaceMatcher: Sendable {
    /// Where each path begins.
    private(set) var start = PlaceSet.none
    private var anyDepth = PlaceSet.none
    private var last = PlaceSet.none
    /// By the name's hash: the positions that wait for it.
    private var waiting: [UInt64: PlaceSet] = [:]
    /// A bit for each hash modulo 64 that is in `waiting`: most names need no look-up.
    private var filter: UInt64 = 0
    private let names: NameMatching
    private var used = [Int](repeating: 0, count: PlaceSet.wordCount)

    init(names: NameMatching) { self.names = names }

    /// Adds a path with one step at least and gives the position that its end is known by; nothing when there is no room.
    mutating func add(_ path: Path) -> Int? {
        guard (1...64).contains(path.steps.count), let word = used.firstIndex(where: { $0 + path.steps.count <= 64 }) else { return nil }
        let first = word * 64 + used[word]
        used[word] += path.steps.count
        start.insert(first)
        for (offset, step) in path.steps.enumerated() {
            if step.anyDepth { anyDepth.insert(first + offset) }
            let hash = hash(of: step.name)
            filter |= 1 << (hash & 63)
            waiting[hash, default: .none].insert(first + offset)
        }
        last.insert(first + path.steps.count - 1)
        return first + path.steps.count - 1
    }

    /// The positions below a member with that name hash, and those whose paths end at it.
    @inline(__always)
    func step(_ places: PlaceSet, hash: UInt64) -> (next: PlaceSet, ended: PlaceSet) {
        let stay = places & anyDepth
        guard filter & (1 << (hash & 63)) != 0, let wanted = waiting[hash] else { return (stay, .none) }
        let matched = places & wanted
        return (stay | matched.subtracting(last).advanced, matched & last)
    }

    /// The hash by which a member's name is compared.
    @inline(__always)
    func hash(_ tape: JSONTape, _ node: Int) -> UInt64 {
        switch names {
        case .exact: tape.keyHash(node)
        case .loose: Self.looseHash(tape.key(node))
        }
    }

    /// The hash of a name as a manifest wrote it.
    func hash(of name: String) -> UInt64 { names.folded(name).withBytes { JSONTape.hash($0) } }

    private static func looseHash(_ name: UnsafeRawBufferPointer) -> UInt64 {
        withUnsafeTemporaryAllocation(byteCount: max(name.count, 1), alignment: 1) { folded in
            var count = 0
            for byte in name {
                guard let byte = NameMatching.folded(byte) else { continue }
                folded[count] = byte
                count += 1
            }
            return JSONTape.hash(UnsafeRawBufferPointer(rebasing: folded[..<count]))
        }
    }
}
