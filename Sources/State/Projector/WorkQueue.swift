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

    private var reader: any JournalReader
    private var gapsSeen = 0
    private(set) var items: ArraySlice<Item> = []
    /// The last number read, or passed over.
    private(set) var lastNumber: UInt64

    init(_ source: EntrySource, after number: UInt64) {
        lastNumber = number
        reader = source.reader(number + 1)
    }

    /// Reads more if all that was read is done; says whether there is anything to do.
    mutating func fill(limit: Int, maxBytes: Int) throws(StateError) -> Bool {
        if !items.isEmpty { return true }
        let entries = try reader.entries(limit: limit, maxBytes: maxBytes)
        let gaps = reader.skipped.dropFirst(gapsSeen).filter { $0.upperBound > lastNumber }
        gapsSeen = reader.skipped.count
        items = ArraySlice((entries.map(Item.entry) + gaps.map(Item.skipped)).sorted { $0.firstNumber < $1.firstNumber })
        lastNumber = items.last?.lastNumber ?? lastNumber
        return !items.isEmpty
    }

    mutating func remove(_ count: Int) { items = items.dropFirst(count) }
}
