import Journal

/// Entries that were read and not projected yet, with the gaps between them.
struct WorkQueue {
    enum Item {
        case entry(Entry)
        /// Numbers that the journal cannot read.
        case skipped(ClosedRange<UInt64>)

        var lastNumber: UInt64 {
            switch self {
            case .entry(let entry): entry.number
            case .skipped(let numbers): numbers.upperBound
            }
        }

        var firstNumber: UInt64 {
            switch self {
            case .entry(let entry): entry.number
            case .skipped(let numbers): numbers.lowerBound
            }
        }

        /// The entry as if it could not be read.
        init(leftOut entry: Entry) {
            if entry.kind == .receipt || entry.kind == .config {
                var damaged = entry
                damaged.body = .unreadable
                self = .entry(damaged)
            } else {
                self = .skipped(entry.number...entry.number)
            }
        }

        /// The numbers that cannot be read.
        var unreadable: ClosedRange<UInt64>? {
            switch self {
            case .entry(let entry): entry.isDamaged ? entry.number...entry.number : nil
            case .skipped(let numbers): numbers
            }
        }

        var bodyBytes: Int {
            switch self {
            case .entry(let entry): entry.body.bytes?.count ?? 0
            case .skipped: 0
            }
        }

        /// Whether it is an entry that is worked off on its own.
        var isLarge: Bool {
            if case .entry(let entry) = self { LargeEntry(entry) != nil } else { false }
        }
    }

    private let source: EntrySource
    private var reader: any JournalReader
    private var gapsSeen = 0
    private(set) var items: ArraySlice<Item> = []
    /// The last number read, or passed over.
    private(set) var lastNumber: UInt64

    init(_ source: EntrySource, after number: UInt64) {
        lastNumber = number
        self.source = source
        reader = source.reader(number + 1)
    }

    /// Reads more if all that was read is done; says whether there is anything to do.
    ///
    /// - Parameter leftOut: Entries that count as unreadable, whatever the journal has of them.
    mutating func fill(limit: Int, maxBytes: Int, leftOut: EntryRanges) throws(StateError) -> Bool {
        if !items.isEmpty { return true }
        let entries = try reader.entries(limit: limit, maxBytes: maxBytes)
        let gaps = reader.skipped.dropFirst(gapsSeen).filter { $0.upperBound > lastNumber }
        gapsSeen = reader.skipped.count
        let read = try entries.map { entry throws(StateError) in
            let entry = try source.mended(entry)
            return leftOut.contains(entry.number) || entry.isDamaged ? Item(leftOut: entry) : .entry(entry)
        }
        items = ArraySlice((read + gaps.map(Item.skipped)).sorted { $0.firstNumber < $1.firstNumber })
        lastNumber = items.last?.lastNumber ?? lastNumber
        return !items.isEmpty
    }

    mutating func remove(_ count: Int) { items = items.dropFirst(count) }
}
