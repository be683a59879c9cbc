import FindingModel

/// The open items of one sink but for its dead letters: in order per record, and bounded.
struct OpenItems: Sendable {
    private var items: [UInt64: OpenItem] = [:]
    /// The sequences of each record's items, in order; only the first is ever due.
    private var rows: [String: [UInt64]] = [:]
    private var underWay: Set<UInt64> = []
    private var tally: [OpenItem.State: Int] = [:]
    /// The earliest moment at which an item is due; nothing when it must be looked for.
    private var earliest: Timestamp?

    var count: Int { items.count }
    func isBlocked(_ uid: String) -> Bool { rows[uid] != nil }
    subscript(sequence: UInt64) -> OpenItem? { items[sequence] }

    func count(_ state: OpenItem.State) -> Int { tally[state] ?? 0 }

    /// Takes an item in and returns it as it is from now on: one that has nothing to wait for is not held.
    @discardableResult
    mutating func insert(_ item: OpenItem, at now: Timestamp) -> OpenItem {
        var item = item
        var row = rows[item.uid] ?? []
        if !row.contains(item.sequence) { row.insert(item.sequence, at: row.firstIndex { $0 > item.sequence } ?? row.count) }
        rows[item.uid] = row
        if item.state == .held, row.first == item.sequence {
            item.state = .again
            item.next = now
        }
        put(item)
        return item
    }

    mutating func update(_ item: OpenItem) { put(item) }

    private mutating func put(_ item: OpenItem) {
        if let old = items.updateValue(item, forKey: item.sequence) { tally[old.state, default: 0] -= 1 }
        tally[item.state, default: 0] += 1
        earliest = nil
    }

    /// Takes an item out; returns its record's next one, which is due from now on, when it was held.
    mutating func remove(_ sequence: UInt64, at now: Timestamp) -> OpenItem? {
        guard let item = items.removeValue(forKey: sequence), var row = rows[item.uid] else { return nil }
        underWay.remove(sequence)
        tally[item.state, default: 0] -= 1
        earliest = nil
        row.removeAll { $0 == sequence }
        rows[item.uid] = row.isEmpty ? nil : row
        guard let first = row.first, var next = items[first], next.state == .held else { return nil }
        next.state = .again
        next.next = now
        put(next)
        return next
    }

    /// The items that are due at `now`, not under way and none of `others`, those that were tried least first, at most `limit`.
    mutating func due(at now: Timestamp, limit: Int, but others: Set<UInt64> = []) -> [OpenItem] {
        guard let next = nextDue, next <= now else { return [] }
        return Array(
            heads.filter { $0.next <= now && !others.contains($0.sequence) }.sorted { ($0.attempts, $0.sequence) < ($1.attempts, $1.sequence) }.prefix(limit))
    }

    /// When the next item but for `others` is due.
    func nextDue(but others: Set<UInt64>) -> Timestamp? { heads.lazy.filter { !others.contains($0.sequence) }.map(\.next).min() }

    /// When the next item is due.
    var nextDue: Timestamp? {
        mutating get {
            if earliest == nil { earliest = heads.map(\.next).min() }
            return earliest
        }
    }

    /// Has everything due that was put off: what it waited for may be over.
    mutating func hurry(at now: Timestamp) {
        for (sequence, item) in items where item.state == .retrying && item.next > now { items[sequence]?.hurry(at: now) }
        earliest = nil
    }

    mutating func begin(_ sequences: [UInt64]) {
        underWay.formUnion(sequences)
        earliest = nil
    }

    mutating func end(_ sequences: [UInt64]) {
        underWay.subtract(sequences)
        earliest = nil
    }

    /// The first item of each record, unless it is held or under way.
    private var heads: [OpenItem] {
        rows.values.compactMap { row in
            guard let first = row.first, !underWay.contains(first), let item = items[first], item.state != .held else { return nil }
            return item
        }
    }
}
