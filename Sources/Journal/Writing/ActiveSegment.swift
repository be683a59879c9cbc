/// The segment that is written to: where the next batch goes, and how far the file is filled with zeros ahead.
struct ActiveSegment: Sendable {
    /// Zeros are written ahead in steps of this where no prepared file is at hand.
    static let runwayBytes = 1 << 20

    let file: File
    let salt: SegmentSalt
    private(set) var offset: Int
    /// The file's size.
    private(set) var preparedBytes: Int
    /// Where the first batch stands that is not the segment's beginning.
    private let beginning: Int

    /// - Parameter beginning: Where what every segment has ends: the first block, and the configuration in force.
    init(file: File, salt: SegmentSalt, offset: Int, preparedBytes: Int, beginning: Int = JournalFormat.blockBytes) {
        self.file = file
        self.salt = salt
        self.offset = offset
        self.beginning = beginning
        self.preparedBytes = preparedBytes
    }

    /// Whether nothing stands in it that another segment would not begin with, too.
    var isEmpty: Bool { offset <= beginning }

    /// Writes a batch behind the last one; it counts only after `advance`.
    func write(_ bytes: UnsafeRawBufferPointer) throws(SystemError) { try file.write(bytes, at: offset) }

    /// Undoes a write of `length` bytes that failed.
    ///
    /// Where that fails too, the remains are harmless: the next batch is written over their header, and without a header they are nothing.
    func undo(_ length: Int) {
        do throws(SystemError) {
            try file.zero(offset..<max(offset, min(offset + length, preparedBytes)))
            if offset + length > preparedBytes { try file.truncate(to: preparedBytes) }
        } catch {
            try? file.truncate(to: preparedBytes)
        }
    }

    /// Counts a batch of `length` bytes that is durable.
    mutating func advance(_ length: Int) {
        offset += length
        preparedBytes = max(preparedBytes, offset)
    }

    /// Whether the zeros ahead of `offset + length` have come to an end.
    func needsRunway(after length: Int = 0, within limit: Int) -> Bool {
        preparedBytes < limit && preparedBytes - offset - length < Self.runwayBytes / 2
    }

    /// Writes zeros ahead, beginning behind a batch of `length` bytes; what fails here fails again where it matters.
    mutating func extendRunway(after length: Int = 0, within limit: Int) {
        let start = max(preparedBytes, offset + length), end = min(start + Self.runwayBytes, max(limit, start))
        guard (try? file.zero(start..<end)) != nil else { return }
        preparedBytes = end
    }

    /// Gives back what was prepared and not used.
    func trim() {
        if preparedBytes > offset { try? file.truncate(to: offset) }
    }
}
