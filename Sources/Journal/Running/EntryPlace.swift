/// Where an entry's body stands.
struct EntryPlace: Sendable {
    /// The first number of the segment.
    let segment: UInt64
    /// The body's bytes in the segment's file.
    let body: Range<Int>
    let isReceipt: Bool

    /// Finds entry `number`.
    static func find(_ number: UInt64, _ source: any SegmentSource) throws(JournalError) -> EntryPlace {
        guard number >= 1, number <= source.watermark, let first = try source.segments().last(where: { $0 <= number }) else {
            throw missing(number)
        }
        let segment = try SegmentFile(first: first, in: source.directory, source.fileSystem)
        var offset = JournalFormat.blockBytes
        while true {
            switch try segment.batch(at: offset, bodies: false) {
            case .batch(let batch):
                if batch.header.firstNumber > number { throw missing(number) }
                if let entry = batch.entries.first(where: { $0.head.number == number }) {
                    let start = offset + entry.bodyOffset
                    return EntryPlace(segment: first, body: start..<start + entry.head.bodyBytes, isReceipt: entry.head.kind == .receipt)
                }
                offset = batch.end
            case .damagedHeads(let header, _):
                offset += header.totalBytes
            case .damagedHeader, .empty:
                guard let next = try segment.nextHeader(from: offset, notBefore: 1), next.header.firstNumber <= number else { throw missing(number) }
                offset = next.offset
            }
        }
    }

    private static func missing(_ number: UInt64) -> JournalError { JournalError(.noSuchEntry, "there is no entry \(number), or it cannot be read") }
}
