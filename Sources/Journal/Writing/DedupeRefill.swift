import Synchronization

/// Reads the newest heads of a journal that was opened, so that duplicates of receipts before the restart are recognised.
final class DedupeRefill: Sendable {
    private let isWaiting = Atomic<Bool>(false)
    private let result = Mutex<DedupeWindow?>(nil)

    /// The window that was read, once.
    func take() -> DedupeWindow? {
        guard isWaiting.load(ordering: .acquiring) else { return nil }
        isWaiting.store(false, ordering: .relaxed)
        return result.withLock { window in
            defer { window = nil }
            return window
        }
    }

    /// Reads the heads of the last `capacity` entries up to `last`; ends early when `goesOn` says no.
    ///
    /// Entries whose bodies are known to be damaged are left out: when such a body comes again, it is written again. So is what stands before a decision
    /// that may have left out receipts.
    func run(_ source: any SegmentSource, last: UInt64, without damaged: Set<UInt64>, capacity: Int, while goesOn: () -> Bool) {
        var window = DedupeWindow(capacity: capacity)
        let first = last > UInt64(capacity) ? last - UInt64(capacity) + 1 : 1
        guard let segments = try? source.segments() else { return }
        let start = segments.lastIndex { $0 <= first } ?? segments.startIndex
        for segment in segments[start...] where segment <= last {
            guard goesOn() else { return }
            // A place that cannot be read costs the duplicates of what it holds, nothing else.
            try? Self.read(segment, source, numbers: first...max(first, last), without: damaged, into: &window, while: goesOn)
        }
        result.withLock { $0 = window }
        isWaiting.store(true, ordering: .releasing)
    }

    private static func read(
        _ first: UInt64, _ source: any SegmentSource, numbers: ClosedRange<UInt64>, without damaged: Set<UInt64>, into window: inout DedupeWindow,
        while goesOn: () -> Bool
    ) throws(JournalError) {
        let segment = try SegmentFile(first: first, in: source.directory, source.fileSystem)
        var offset = JournalFormat.blockBytes
        while goesOn() {
            switch try segment.batch(at: offset, bodies: false) {
            case .batch(let batch):
                // Decisions are rare: only where one stands are bodies read.
                let decisions = batch.entries.contains { $0.head.kind == .decision } ? try Self.decisions(segment, at: offset) : []
                for head in batch.entries.lazy.map(\.head) where numbers.contains(head.number) {
                    if decisions.contains(head.number) { window.removeAll() }
                    guard head.deduplicates, head.kind == .receipt else { continue }
                    guard !damaged.contains(head.number) else { continue }
                    window.insert(source: head.source, digest: head.bodySHA256, number: head.number)
                }
                offset = batch.end
                if batch.header.lastNumber >= numbers.upperBound { return }
            case .damagedHeads(let header, _):
                offset += header.totalBytes
            case .damagedHeader, .empty:
                guard let next = try segment.nextHeader(from: offset, notBefore: numbers.lowerBound) else { return }
                offset = next.offset
            }
        }
    }

    /// The decisions of a batch after which equal bodies are written again.
    private static func decisions(_ segment: SegmentFile, at offset: Int) throws(JournalError) -> Set<UInt64> {
        guard case .batch(let batch) = try segment.batch(at: offset) else { return [] }
        let decisions = batch.entries.filter { $0.head.kind == .decision }
        return Set(decisions.filter { EraseDecision(parsing: batch.wholeBody($0) ?? []) == nil }.map(\.head.number))
    }
}
