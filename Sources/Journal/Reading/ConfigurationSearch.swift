/// Finds every `config` entry of a journal by the heads alone, so that another can stand for one that is damaged.
struct ConfigurationSearch {
    private let source: any SegmentSource
    private var found: [Entry] = []

    private init(_ source: any SegmentSource) { self.source = source }

    /// The entries in order, those with damaged bodies included.
    static func run(_ source: any SegmentSource) throws(JournalError) -> [Entry] {
        var search = ConfigurationSearch(source)
        for first in try source.segments() {
            // A segment that cannot be opened costs only what it holds.
            guard let segment = try? SegmentFile(first: first, in: source.directory, source.fileSystem) else { continue }
            try search.walk(segment)
        }
        return search.found
    }

    private mutating func walk(_ segment: SegmentFile) throws(JournalError) {
        var offset = JournalFormat.blockBytes
        while true {
            switch try segment.batch(at: offset, bodies: false) {
            case .batch(let batch):
                guard batch.header.lastNumber <= source.watermark else { return }
                if batch.entries.contains(where: { $0.head.kind == .config }) { try add(segment, at: offset) }
                offset = batch.end
            case .damagedHeads(let header, _): offset += header.totalBytes
            case .damagedHeader, .empty:
                guard let next = try segment.nextHeader(from: offset, notBefore: 1) else { return }
                offset = next.offset
            }
        }
    }

    private mutating func add(_ segment: SegmentFile, at offset: Int) throws(JournalError) {
        guard case .batch(let batch) = try segment.batch(at: offset) else { return }
        for entry in batch.entries where entry.head.kind == .config {
            if let entry = entry.head.entry(batch.body(entry, erasures: [])) { found.append(entry) }
        }
    }
}
