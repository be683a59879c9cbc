/// Reads entries in order, batch by batch, passing over what is damaged.
struct SegmentReader: JournalReader {
    private let source: any SegmentSource
    /// The number of the entry that comes next.
    private var number: UInt64
    private var segment: SegmentFile?
    /// Where in the segment the next batch begins.
    private var offset = 0
    private var batch: Batch?
    private(set) var skipped: [ClosedRange<UInt64>] = []

    init(_ source: any SegmentSource, from number: UInt64) {
        self.source = source
        self.number = max(number, 1)
    }

    mutating func next(limit: Int, maxBytes: Int) throws(JournalError) -> [Entry] {
        var entries: [Entry] = []
        var bytes = 0
        let erasures = source.erasures, watermark = source.watermark
        while entries.count < limit, number <= watermark {
            guard let batch, number >= batch.header.firstNumber, number <= batch.header.lastNumber else {
                guard try load(upTo: watermark) else { break }
                continue
            }
            let placed = batch.entries[Int(number - batch.header.firstNumber)]
            if !entries.isEmpty, bytes + placed.head.bodyBytes > maxBytes { break }
            if let entry = placed.head.entry(batch.body(placed, erasures)) {
                bytes += placed.head.bodyBytes
                entries.append(entry)
            } else {
                skip(through: number)
                continue
            }
            number += 1
        }
        return entries
    }

    /// Makes the batch that holds the next entry the current one, or moves past what cannot be read; false at the end.
    private mutating func load(upTo watermark: UInt64) throws(JournalError) -> Bool {
        batch = nil
        guard let segment = try current() else { return false }
        switch try segment.batch(at: offset) {
        case .batch(let found):
            guard found.header.lastNumber <= watermark else { return false }
            offset = found.end
            // A batch that repeats earlier numbers is what is left of a write that was undone.
            guard found.header.lastNumber >= number else { return true }
            if found.header.firstNumber > number { skip(through: found.header.firstNumber - 1) }
            batch = found
            return true
        case .damagedHeads(let header, _):
            guard header.lastNumber <= watermark else { return false }
            if watermark == .max, try isTail(of: segment, after: offset + header.totalBytes) { return false }
            if header.lastNumber >= number { skip(through: header.lastNumber) }
            offset += header.totalBytes
            return true
        case .damagedHeader, .empty:
            return try search(segment, upTo: watermark)
        }
    }

    /// Looks for the next batch behind a place that holds none.
    private mutating func search(_ segment: SegmentFile, upTo watermark: UInt64) throws(JournalError) -> Bool {
        let following = try source.segments().first { $0 > segment.firstNumber }
        if following == number {
            self.segment = nil
            return true
        }
        if let (found, header) = try segment.nextHeader(from: offset, notBefore: number), header.lastNumber <= watermark {
            if header.firstNumber > number { skip(through: header.firstNumber - 1) }
            offset = found
            return true
        }
        if let following {
            if following > number { skip(through: following - 1) }
            self.segment = nil
            return true
        }
        // Without a running gateway nobody knows how far the journal once went: what is not there is its end.
        guard watermark < .max else { return false }
        skip(through: watermark)
        return false
    }

    /// Whether no whole batch follows in the last segment.
    private func isTail(of segment: SegmentFile, after offset: Int) throws(JournalError) -> Bool {
        guard try source.segments().last == segment.firstNumber else { return false }
        return try segment.nextHeader(from: offset, notBefore: number) == nil
    }

    /// The segment that holds the next entry, opened if it was not; nothing when there is none.
    private mutating func current() throws(JournalError) -> SegmentFile? {
        if let segment { return segment }
        let segments = try source.segments()
        guard let first = segments.first else { return nil }
        number = max(number, first)
        guard let start = segments.last(where: { $0 <= number }) else { return nil }
        let opened = try SegmentFile(first: start, in: source.directory, source.fileSystem)
        segment = opened
        offset = JournalFormat.blockBytes
        return opened
    }

    private mutating func skip(through last: UInt64) {
        guard number <= last else { return }
        // Neighbouring places are told as one.
        if let before = skipped.last, before.upperBound + 1 == number {
            skipped[skipped.count - 1] = before.lowerBound...last
        } else {
            skipped.append(number...last)
        }
        number = last == .max ? .max : last + 1
    }
}
