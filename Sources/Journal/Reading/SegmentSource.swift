/// What a reader has to know about the journal that it reads.
protocol SegmentSource: Sendable {
    var directory: String { get }
    var fileSystem: JournalFileSystem { get }
    /// The last number that may be read.
    var watermark: UInt64 { get }
    /// Which entries' bodies were erased.
    var erasures: Erasures { get }
    /// The first numbers of the segments, in order.
    func segments() throws(JournalError) -> [UInt64]
}
