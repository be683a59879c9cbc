/// Where an entry's body stands.
struct EntryPlace: Sendable {
    let mark: EntryMark
    /// The first number of the segment.
    let segment: UInt64
    /// The body's bytes in the segment's file.
    let body: Range<Int>
    let bodyCRC: UInt32
    let isReceipt: Bool

    var number: UInt64 { mark.number }

    /// Finds entry `number`.
    static func find(_ number: UInt64, _ source: any SegmentSource) throws(JournalError) -> EntryPlace {
        for (segment, numbers) in try bySegment([number], source) {
            if let place = try find(numbers, in: segment, source).first { return place }
        }
        throw missing(number)
    }

    /// The segments that `numbers` belong to, each with its own of them, in order.
    static func bySegment(_ numbers: Set<UInt64>, _ source: any SegmentSource) throws(JournalError) -> [(segment: UInt64, numbers: Set<UInt64>)] {
        let watermark = source.watermark, segments = try source.segments()
        var found: [(segment: UInt64, numbers: Set<UInt64>)] = [], index = segments.startIndex
        for number in numbers.sorted() where number >= 1 && number <= watermark {
            while index + 1 < segments.endIndex, segments[index + 1] <= number { index += 1 }
            guard index < segments.endIndex, segments[index] <= number else { continue }
            if found.last?.segment != segments[index] { found.append((segments[index], [])) }
            found[found.count - 1].numbers.insert(number)
        }
        return found
    }

    /// Finds those of `numbers` that `segment` has and whose heads can be read, in order: a walk over heads alone.
    static func find(_ numbers: Set<UInt64>, in segment: UInt64, _ source: any SegmentSource) throws(JournalError) -> [EntryPlace] {
        let file = try SegmentFile(first: segment, in: source.directory, source.fileSystem)
        guard let last = numbers.max() else { return [] }
        var places: [EntryPlace] = [], offset = JournalFormat.blockBytes
        while true {
            switch try file.batch(at: offset, bodies: false) {
            case .batch(let batch):
                if batch.header.firstNumber > last { return places }
                for entry in batch.entries where numbers.contains(entry.head.number) {
                    let start = offset + entry.bodyOffset
                    places.append(
                        EntryPlace(
                            mark: batch.mark(of: entry), segment: segment, body: start..<start + entry.head.bodyBytes, bodyCRC: entry.head.bodyCRC,
                            isReceipt: entry.head.kind == .receipt))
                }
                if batch.header.lastNumber >= last { return places }
                offset = batch.end
            case .damagedHeads(let header, _):
                offset += header.totalBytes
            case .damagedHeader, .empty:
                guard let next = try file.nextHeader(from: offset, notBefore: 1), next.header.firstNumber <= last else { return places }
                offset = next.offset
            }
        }
    }

    static func missing(_ number: UInt64) -> JournalError { JournalError(.noSuchEntry, "there is no entry \(number), or it cannot be read") }
}
