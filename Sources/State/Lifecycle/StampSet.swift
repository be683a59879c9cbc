import FindingModel

/// The newest stamp of each of a record's slots: its status classes, its field groups, the record as a whole.
///
/// Nearly all slots of a record share one or two stamps, so each slot holds a position in a short list of distinct ones.
package struct StampSet: Equatable, Sendable {
    static let none: UInt8 = .max
    /// More slots than this cannot be told apart by a byte.
    package static let slotsMax = 64

    var distinct: [Stamp] = []
    var positions: [UInt8]

    /// A set of `slots` empty slots.
    package init(slots: Int) {
        positions = [UInt8](repeating: Self.none, count: min(max(slots, 0), Self.slotsMax))
    }

    package subscript(slot: Int) -> Stamp? {
        guard positions.indices.contains(slot) else { return nil }
        let position = Int(positions[slot])
        return position < distinct.count ? distinct[position] : nil
    }

    /// Puts `stamp` into `slot` if the slot is empty or holds an older one; says whether it did.
    package mutating func advance(_ slot: Int, to stamp: Stamp) -> Bool {
        guard positions.indices.contains(slot) else { return false }
        if let held = self[slot], held >= stamp { return false }
        positions[slot] = position(of: stamp)
        return true
    }

    /// The newest stamp in `slots`, with its slot.
    package func newest(in slots: some Sequence<Int>) -> (slot: Int, stamp: Stamp)? {
        var found: (slot: Int, stamp: Stamp)?
        for slot in slots {
            guard let stamp = self[slot] else { continue }
            if let best = found, best.stamp >= stamp { continue }
            found = (slot, stamp)
        }
        return found
    }

    /// Slots and what they hold, in the order of slots.
    package var occupied: [(slot: Int, stamp: Stamp)] {
        positions.indices.compactMap { slot in self[slot].map { (slot, $0) } }
    }

    package static func == (left: StampSet, right: StampSet) -> Bool {
        left.positions.count == right.positions.count && left.positions.indices.allSatisfy { left[$0] == right[$0] }
    }

    /// Whether one of the stamps has its time from a clock that was ahead, as a receipt of the moment `received` shows.
    func liesAhead(of received: Timestamp) -> Bool { positions.contains { $0 < distinct.count && distinct[Int($0)].liesAhead(of: received) } }

    /// Changes the stamps that `change` changes.
    mutating func restamp(_ change: (inout Stamp) -> Void) {
        for index in distinct.indices { change(&distinct[index]) }
    }

    private mutating func position(of stamp: Stamp) -> UInt8 {
        if let known = distinct.firstIndex(of: stamp) { return UInt8(truncatingIfNeeded: known) }
        // A stamp that no slot points at any more gives its place away, so the list never outgrows the slots by more than one.
        for candidate in distinct.indices where !positions.contains(UInt8(truncatingIfNeeded: candidate)) {
            distinct[candidate] = stamp
            return UInt8(truncatingIfNeeded: candidate)
        }
        distinct.append(stamp)
        return UInt8(truncatingIfNeeded: distinct.count - 1)
    }
}
