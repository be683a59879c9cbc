/// What a reader has to know about the journal that it reads.
protocol SegmentSource: Sendable {
    var directory: String { get }
    var fileSystem: JournalFileSystem { get }
    /// The last number that may be read.
    var watermark: UInt64 { get }
    /// The numbers of the entries whose bodies were erased.
    var erasures: Set<UInt64> { get }
    /// The first numbers of the segments, in order.
    func segments() throws(JournalError) -> [UInt64]
}
