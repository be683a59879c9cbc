/// What the paths of an adapter lead to in one document: for each item, for each of its frame's slots, nodes in document order.
struct Bindings {
    private struct Slot {
        var first: Int32 = -1
        var last: Int32 = -1
    }

    private struct Hit {
        var value: Int32
        var next: Int32
    }

    private struct Item {
        var node: Int32
        var firstSlot: Int32
    }

    private var slots: [Slot] = []
    private var hits: [Hit] = []
    private var items: [Item] = []

    init(slots: Int = 64, hits: Int = 64) {
        self.slots.reserveCapacity(slots)
        self.hits.reserveCapacity(hits)
    }

    /// Places that the items take so far.
    var places: Int { slots.count }

    /// Begins an item with `count` empty slots and gives its number; the document is item 0.
    mutating func begin(node: Int, slots count: Int) -> Int {
        items.append(Item(node: Int32(truncatingIfNeeded: node), firstSlot: Int32(truncatingIfNeeded: slots.count)))
        for _ in 0..<count { slots.append(Slot()) }
        return items.count - 1
    }

    /// Adds a node, or an item for a slot that lists items.
    mutating func append(_ value: Int, to slot: Int, of item: Int) {
        let hit = Int32(truncatingIfNeeded: hits.count)
        hits.append(Hit(value: Int32(truncatingIfNeeded: value), next: -1))
        let index = Int(items[item].firstSlot) + slot
        let last = slots[index].last
        if last < 0 { slots[index].first = hit } else { hits[Int(last)].next = hit }
        slots[index].last = hit
    }

    /// The first entry of a slot, to go on from with `next`; negative when there is none.
    func first(_ slot: Int, of item: Int) -> Int { Int(slots[Int(items[item].firstSlot) + slot].first) }

    /// The entry after `hit`; negative at the end.
    func next(_ hit: Int) -> Int { Int(hits[hit].next) }

    /// The node, or the item, that an entry holds.
    func value(_ hit: Int) -> Int { Int(hits[hit].value) }

    /// The node that an item stands at.
    func node(of item: Int) -> Int { Int(items[item].node) }
}
