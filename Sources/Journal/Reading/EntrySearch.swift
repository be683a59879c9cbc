/// Finds the entries of one kind by the heads alone: only batches that have one are read as a whole.
struct EntrySearch {
    let kind: EntryKind
    let source: any SegmentSource

    /// Gives the entries from `number` on to `body`, in order, those with damaged bodies included.
    func run(from number: UInt64 = 1, _ body: (Entry) -> Void) throws(JournalError) {
        let segments = try source.segments()
        for first in segments[(segments.lastIndex { $0 <= number } ?? segments.startIndex)...] {
            // A segment that cannot be opened costs only what it holds.
            guard let segment = try? SegmentFile(first: first, in: source.directory, source.fileSystem) else { continue }
            try walk(segment, from: number, body)
        }
    }

    private func walk(_ segment: SegmentFile, from number: UInt64, _ body: (Entry) -> Void) throws(JournalError) {
        var offset = JournalFormat.blockBytes
        while true {
            switch try segment.batch(at: offset, bodies: false) {
            case .batch(let batch):
                guard batch.header.lastNumber <= source.watermark else { return }
                if batch.entries.contains(where: { $0.head.kind == kind && $0.head.number >= number }) { try give(segment, at: offset, from: number, body) }
                offset = batch.end
            case .damagedHeads(let header, _): offset += header.totalBytes
            case .damagedHeader, .empty:
                guard let next = try segment.nextHeader(from: offset, notBefore: 1) else { return }
                offset = next.offset
            }
        }
    }

    private func give(_ segment: SegmentFile, at offset: Int, from number: UInt64, _ body: (Entry) -> Void) throws(JournalError) {
        guard case .batch(let batch) = try segment.batch(at: offset) else { return }
        for entry in batch.entries where entry.head.kind == kind && entry.head.number >= number {
            if let entry = entry.head.entry(batch.body(entry, Erasures())) { body(entry) }
        }
    }
}

extension SegmentSource {
    /// Every `config` entry in order, so that another can stand for one that is damaged.
    func configurations() throws(JournalError) -> [Entry] {
        var found: [Entry] = []
        try EntrySearch(kind: .config, source: self).run { found.append($0) }
        return found
    }

    /// The receipts that decisions from entry `number` on have erased.
    func decidedErasures(from number: UInt64) throws(JournalError) -> Set<UInt64> {
        var found: Set<UInt64> = []
        try EntrySearch(kind: .decision, source: self).run(from: number) { entry in
            if let decision = entry.body.bytes.flatMap({ EraseDecision(parsing: $0) }) { found.insert(decision.number) }
        }
        return found
    }
}
