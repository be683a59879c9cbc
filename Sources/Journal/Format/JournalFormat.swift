/// The constants of the files' format, as docs/journal-format.md describes it.
enum JournalFormat {
    /// Batches begin at multiples of this, so that an append never rewrites a block that holds acknowledged bytes.
    static let blockBytes = 4096
    static let version: UInt16 = 1

    /// The largest body of an entry.
    static let bodyBytesMax = 128 << 20
    /// The largest head of an entry: room for 16 KiB of fields, several times over.
    static let headBytesMax = 256 << 10
    /// A batch takes no further entry beyond this.
    static let batchBytesMax = 4 << 20
    static let batchEntriesMax = 4096

    /// The longest batch that is ever written: one entry of the largest size, with what may stand before it.
    static let batchLengthMax = bodyBytesMax + headBytesMax + batchBytesMax

    /// Numbers stay below this: a file that says a larger one is damaged, since no journal comes so far, and counting on from a smaller one never
    /// overflows.
    static let numberLimit: UInt64 = 1 << 62

    /// `count` rounded up to whole blocks.
    static func padded(_ count: Int) -> Int { (count + blockBytes - 1) & ~(blockBytes - 1) }
}
