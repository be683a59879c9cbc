import Digests

/// The newest bodies of the sources whose equal bodies are equal events.
///
/// A ring of the newest keys and a table into it with linear probing: 10 MiB for 250,000 keys, where a dictionary would need three times as much.
struct DedupeWindow: Sendable {
    /// 160 bits of the body's digest, and the source.
    ///
    /// Who could make two bodies agree in them could only hide an event of their own.
    fileprivate struct Key: Equatable {
        let first: UInt64
        let second: UInt64
        let third: UInt32
        let source: UInt32

        init(_ digest: SHA256Digest, source: UInt32) {
            (first, second, third) = digest.withUnsafeBytes { bytes in
                let words: (UInt64, UInt64, UInt32) = (bytes.number(at: 0), bytes.number(at: 8), bytes.number(at: 16))
                return words
            }
            self.source = source
        }

        var hash: Int { Int(truncatingIfNeeded: first ^ UInt64(source) &* 0x9E37_79B9_7F4A_7C15) }
    }

    private struct Slot {
        let key: Key
        let number: UInt64
    }

    /// How many keys are remembered.
    let capacity: Int
    private var sources: [String: UInt32] = [:]
    private var ring: [Slot] = []
    private var start = 0
    /// Places in `ring` plus one; 0 is free.
    ///
    /// Its count is a power of two and at least twice that of the ring.
    private var table: [UInt32] = [UInt32](repeating: 0, count: 64)

    /// How many keys there are.
    private(set) var count = 0
    /// Whether it was emptied on purpose: what an older one remembers is no longer of use either.
    private(set) var isCut = false

    init(capacity: Int) { self.capacity = min(max(capacity, 1), 1 << 24) }

    /// The number of the first entry of `source` with a body of that digest.
    func number(source: String, digest: SHA256Digest) -> UInt64? {
        guard let source = sources[source], let index = find(Key(digest, source: source)).index else { return nil }
        return ring[index].number
    }

    /// Remembers an entry; one with the same key that is there already stays.
    ///
    /// - Returns: whether it was new.
    @discardableResult
    mutating func insert(source: String, digest: SHA256Digest, number: UInt64) -> Bool {
        let id = sources[source] ?? UInt32(truncatingIfNeeded: sources.count)
        sources[source] = id
        return insert(Slot(key: Key(digest, source: id), number: number))
    }

    private mutating func insert(_ slot: Slot) -> Bool {
        guard find(slot.key).index == nil else { return false }
        if count == capacity { removeOldest() }
        if ring.count < capacity, start == 0, count == ring.count {
            ring.append(slot)
            if ring.count * 2 > table.count { grow() }
        } else {
            ring[(start + count) % ring.count] = slot
        }
        let place = (start + count) % ring.count
        count += 1
        table[find(slot.key).slot] = UInt32(place + 1)
        return true
    }

    /// Forgets the newest entries down to `number`, which were not written after all.
    mutating func removeNewest(from number: UInt64) {
        while count > 0, ring[(start + count - 1) % ring.count].number >= number {
            remove((start + count - 1) % ring.count)
            count -= 1
        }
    }

    /// Forgets every entry.
    mutating func removeAll() {
        self = DedupeWindow(capacity: capacity)
        isCut = true
    }

    /// What an older window remembers, with what came since behind it.
    func following(_ older: DedupeWindow) -> DedupeWindow {
        if isCut { return self }
        var result = older
        var names: [UInt32: String] = [:]
        for (name, id) in sources { names[id] = name }
        for offset in 0..<count {
            let slot = ring[(start + offset) % ring.count]
            let id = names[slot.key.source].map { name in
                let id = result.sources[name] ?? UInt32(truncatingIfNeeded: result.sources.count)
                result.sources[name] = id
                return id
            }
            if let id { _ = result.insert(Slot(key: slot.key.of(source: id), number: slot.number)) }
        }
        return result
    }

    private mutating func removeOldest() {
        remove(start)
        start = (start + 1) % ring.count
        count -= 1
    }

    /// Where `key` stands in the ring, and its slot of the table or the free one where it would be put.
    private func find(_ key: Key) -> (index: Int?, slot: Int) {
        let mask = table.count - 1
        var slot = key.hash & mask
        while table[slot] != 0 {
            let index = Int(table[slot]) - 1
            if ring[index].key == key { return (index, slot) }
            slot = (slot + 1) & mask
        }
        return (nil, slot)
    }

    /// Takes the key at `index` of the ring out of the table, moving up those behind it that would not be found otherwise.
    private mutating func remove(_ index: Int) {
        let mask = table.count - 1
        var free = find(ring[index].key).slot
        table[free] = 0
        var slot = (free + 1) & mask
        while table[slot] != 0 {
            let home = ring[Int(table[slot]) - 1].key.hash & mask
            if (slot - home) & mask >= (slot - free) & mask {
                table[free] = table[slot]
                table[slot] = 0
                free = slot
            }
            slot = (slot + 1) & mask
        }
    }

    private mutating func grow() {
        table = [UInt32](repeating: 0, count: table.count * 2)
        // The newest slot is put into the table by its insertion.
        for index in 0..<ring.count - 1 { table[find(ring[index].key).slot] = UInt32(index + 1) }
    }
}

extension DedupeWindow.Key {
    /// The same digest for another window's number of the source.
    fileprivate func of(source: UInt32) -> Self { Self(first: first, second: second, third: third, source: source) }

    private init(first: UInt64, second: UInt64, third: UInt32, source: UInt32) {
        self.first = first
        self.second = second
        self.third = third
        self.source = source
    }
}
