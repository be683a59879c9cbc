import FindingModel

/// How much there is in a journal.
package struct JournalStatistics: Equatable, Sendable {
    package private(set) var tag = ""
    package private(set) var firstNumber: UInt64 = 0
    package private(set) var lastNumber: UInt64 = 0
    package private(set) var segments = 0
    package private(set) var batches = 0
    /// The files' sizes together, in bytes, with what is filled ahead.
    package private(set) var fileBytes = 0
    /// The entries of each kind.
    package private(set) var entries: [EntryKind: Int] = [:]
    /// The bodies of each source's receipts, in bytes as they were written.
    package private(set) var bodyBytes: [String: Int] = [:]
    /// The receipts of each source.
    package private(set) var receipts: [String: Int] = [:]
    package private(set) var erased = 0
    /// Numbers that cannot be read.
    package private(set) var unreadable = 0
    /// The earliest and the latest that the wall clock said when a receipt came: after a step of the clock they are not those of the first and the last.
    package private(set) var firstTime: Timestamp?
    package private(set) var lastTime: Timestamp?

    static func count(_ source: FileSource) throws(JournalError) -> JournalStatistics {
        var statistics = JournalStatistics()
        let segments = try source.segments()
        statistics.firstNumber = segments.first ?? 0
        statistics.segments = segments.count
        let erasures = source.erasures
        var next = statistics.firstNumber
        for first in segments {
            let segment = try SegmentFile(first: first, in: source.directory, source.fileSystem)
            statistics.fileBytes += try segment.size()
            if let tag = segment.header?.tag { statistics.tag = tag }
            try statistics.walk(segment, erasures, &next)
        }
        statistics.lastNumber = next > 0 ? next - 1 : 0
        return statistics
    }

    private mutating func walk(_ segment: SegmentFile, _ erasures: Erasures, _ next: inout UInt64) throws(JournalError) {
        var offset = JournalFormat.blockBytes
        while true {
            switch try segment.batch(at: offset, bodies: false) {
            case .batch(let batch):
                missing(next, before: batch.header.firstNumber)
                try add(batch, segment, erasures)
                next = batch.header.lastNumber + 1
                offset = batch.end
            case .damagedHeads(let header, _):
                guard try segment.nextHeader(from: offset + header.totalBytes, notBefore: next) != nil else { return }
                missing(next, before: header.lastNumber + 1)
                next = header.lastNumber + 1
                offset += header.totalBytes
            case .damagedHeader, .empty:
                guard let found = try segment.nextHeader(from: offset, notBefore: next) else { return }
                offset = found.offset
            }
        }
    }

    private mutating func missing(_ next: UInt64, before number: UInt64) {
        if number > next { unreadable += Int(clamping: number - next) }
    }

    private mutating func add(_ batch: Batch, _ segment: SegmentFile, _ erasures: Erasures) throws(JournalError) {
        batches += 1
        for entry in batch.entries {
            let head = entry.head
            guard let kind = head.kind else { continue }
            entries[kind, default: 0] += 1
            if kind == .receipt {
                if erasures.names(entry, in: batch) { erased += 1 }
                firstTime = min(firstTime ?? head.wallTime, head.wallTime)
                lastTime = max(lastTime ?? head.wallTime, head.wallTime)
                receipts[head.source, default: 0] += 1
                bodyBytes[head.source, default: 0] += head.bodyBytes
            }
            if kind == .recovery {
                let body = try SegmentFile.read(segment.file, min(head.bodyBytes, 1 << 20), at: batch.offset + entry.bodyOffset)
                if let note = RecoveryNote(parsing: body) { tag = note.tag }
            }
        }
    }
}
