/// Values that wait for an answer, found by a number that is not given again while an old answer may still come.
struct PendingTable<Value> {
    private struct Slot {
        var generation: UInt32 = 0
        var value: Value?
    }

    private var slots: [Slot] = []
    private var free: [Int] = []

    init() {}

    /// How many wait.
    var count: Int { slots.count - free.count }

    /// Keeps `value` and says under which token.
    mutating func insert(_ value: Value) -> UInt64 {
        let index: Int
        if let reused = free.popLast() {
            index = reused
        } else {
            index = slots.count
            slots.append(Slot())
        }
        slots[index].value = value
        return UInt64(slots[index].generation) << 32 | UInt64(UInt32(truncatingIfNeeded: index))
    }

    /// What waits under `token`.
    subscript(_ token: UInt64) -> Value? {
        let index = Int(token & 0xffff_ffff)
        guard index < slots.count, slots[index].generation == UInt32(token >> 32) else { return nil }
        return slots[index].value
    }

    /// Takes out what waits under `token`; nothing when it was taken before.
    mutating func remove(_ token: UInt64) -> Value? {
        guard let value = self[token] else { return nil }
        let index = Int(token & 0xffff_ffff)
        slots[index].value = nil
        slots[index].generation &+= 1
        free.append(index)
        return value
    }
}
