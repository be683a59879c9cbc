import FindingModel

extension StampSet {
    /// Writes the set as it stands in state.db: the distinct stamps, then each slot's position among them.
    func write(to writer: inout BlobWriter) {
        writer.byte(UInt8(truncatingIfNeeded: distinct.count))
        for stamp in distinct { writer.stamp(stamp) }
        writer.byte(UInt8(truncatingIfNeeded: positions.count))
        writer.append(positions)
    }

    /// Reads what `write` wrote, for a record kind of `slots` slots.
    init(from reader: inout BlobReader, slots: Int) throws(StateError) {
        self.init(slots: 0)
        for _ in 0..<(try reader.byte()) { distinct.append(try reader.stamp()) }
        try readPositions(from: &reader, count: slots)
    }

    /// Reads what versions before 3 wrote, when stamps did not say how far on their status was; `further` says it by the slot of a status.
    init(from reader: inout BlobReader, slots: Int, before3: Int, further: [Int: UInt8]) throws(StateError) {
        self.init(slots: 0)
        for _ in 0..<(try reader.byte()) {
            let time = Timestamp(milliseconds: try reader.number())
            let isArrival = try reader.byte() == 1
            var stamp = Stamp(time: time, rank: try reader.number(), hash: try reader.number(), entry: try reader.number())
            if isArrival { stamp.arrival = stamp.entry }
            distinct.append(stamp)
        }
        try readPositions(from: &reader, count: before3)
        for (slot, further) in further where self[slot] != nil { distinct[Int(positions[slot])].further = further }
        positions += [UInt8](repeating: Self.none, count: max(slots - before3, 0))
    }

    private mutating func readPositions(from reader: inout BlobReader, count: Int) throws(StateError) {
        let written = Int(try reader.byte())
        positions = try reader.take(written)
        guard written == count, positions.allSatisfy({ $0 == Self.none || $0 < distinct.count }) else { throw BlobReader.damaged }
    }
}

extension BlobWriter {
    fileprivate static let isArrival: UInt8 = 1
    fileprivate static let isSpread: UInt8 = 2

    mutating func stamp(_ stamp: Stamp) {
        number(stamp.time.milliseconds)
        byte((stamp.arrival == 0 ? 0 : Self.isArrival) | (stamp.spread == 0 ? 0 : Self.isSpread))
        if stamp.spread != 0 { number(stamp.spread) }
        byte(stamp.further)
        number(stamp.rank)
        number(stamp.hash)
        number(stamp.entry)
    }
}

extension BlobReader {
    mutating func stamp() throws(StateError) -> Stamp {
        var stamp = Stamp(time: Timestamp(milliseconds: try number()))
        let flags = try byte()
        if flags & BlobWriter.isSpread != 0 { stamp.spread = try number() }
        stamp.further = try byte()
        stamp.rank = try number()
        stamp.hash = try number()
        stamp.entry = try number()
        if flags & BlobWriter.isArrival != 0 { stamp.arrival = stamp.entry }
        return stamp
    }
}
