import NIOCore

/// Things that wait, each for somebody: everybody who has some comes to a turn in order, whatever the others have waiting.
struct FairQueue<Key: Hashable & Sendable, Element> {
    private var order = CircularBuffer<Key>()
    private var elements: [Key: CircularBuffer<Element>] = [:]
    /// How many wait.
    private(set) var count = 0

    var isEmpty: Bool { order.isEmpty }

    /// Puts `element` behind those of `key`.
    mutating func append(_ element: Element, for key: Key) {
        if elements[key, default: CircularBuffer()].isEmpty { order.append(key) }
        elements[key, default: CircularBuffer()].append(element)
        count += 1
    }

    /// The first of whoever has waited longest for a turn.
    mutating func popFirst() -> Element? {
        guard let key = order.popFirst(), let first = elements[key]?.popFirst() else { return nil }
        count -= 1
        if elements[key]?.isEmpty == true { elements[key] = nil } else { order.append(key) }
        return first
    }
}
