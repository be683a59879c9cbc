import Journal

/// Entries that were read and not projected yet, with the gaps between them.
struct WorkQueue {
    /// An entry, or numbers that the journal cannot read, with what is asked of it while it waits: an entry is large to copy.
    struct Item {
        /// Nothing for numbers that the journal cannot read.
        let entry: Entry?
        let numbers: ClosedRange<UInt64>
        /// Whether what cannot be read is known to be one of the gateway's own, by its head.
        var isOwn = false
        /// Whether the numbers cannot be read, or the entry's body.
        let isUnreadable: Bool
        /// Whether it is an entry that is worked off on its own.
        let isLarge: Bool
        let bodyBytes: Int
        /// The configuration of a receipt, or of which the entry is the damaged record; nothing for others.
        let configuration: UInt64?

        init(_ entry: Entry) {
            self.entry = entry
            numbers = entry.number...entry.number
            isUnreadable = entry.isDamaged
            isLarge = LargeEntry(entry) != nil
            bodyBytes = entry.body.bytes?.count ?? 0
            configuration =
                switch entry.kind {
                case .receipt: entry.generation
                case .config where entry.isDamaged: entry.number
                default: nil
                }
        }

        /// Numbers that the journal cannot read.
        init(skipped numbers: ClosedRange<UInt64>) {
            entry = nil
            self.numbers = numbers
            (isUnreadable, isLarge, bodyBytes, configuration) = (true, false, 0, nil)
        }

        /// The entry as if it could not be read.
        init(leftOut entry: Entry) {
            if entry.kind == .receipt || entry.kind == .config {
                var damaged = entry
                damaged.body = .unreadable
                self.init(damaged)
            } else {
                self.init(skipped: entry.number...entry.number)
                isOwn = true
            }
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
            return leftOut.contains(entry.number) || entry.isDamaged ? Item(leftOut: entry) : Item(entry)
        }
        items = ArraySlice((read + gaps.map(Item.init(skipped:))).sorted { $0.numbers.lowerBound < $1.numbers.lowerBound })
        lastNumber = items.last?.numbers.upperBound ?? lastNumber
        return !items.isEmpty
    }

    mutating func remove(_ count: Int) { items = items.dropFirst(count) }
}
