import Digests

/// One segment's file, open for reading.
struct SegmentFile: Sendable {
    let file: File
    /// The number in the file's name.
    let firstNumber: UInt64
    /// The first block; nothing when it is damaged.
    let header: SegmentHeader?
    /// The salt of the segment's batches: the first block's, or else that of the first whole batch; nothing when there is neither.
    let salt: SegmentSalt?

    private static let searchStep = 256 << 10

    /// What stands at an offset at which a batch can begin.
    enum Reading {
        case batch(Batch)
        /// The header is whole, and so its length, but a head behind it is not.
        case damagedHeads(BatchHeader, Batch.Damage)
        /// Something that is no header of this segment.
        case damagedHeader
        /// A block of zeros, or the file's end.
        case empty
    }

    /// Opens the segment that begins with entry `number`.
    init(first number: UInt64, in directory: String, _ fileSystem: JournalFileSystem, _ mode: JournalFileSystem.Mode = .read) throws(JournalError) {
        let name = SegmentName.name(first: number)
        firstNumber = number
        do throws(SystemError) {
            file = try File(directory + "/" + name, mode, in: fileSystem)
        } catch {
            throw JournalError(error.isMissingFile ? .noSuchEntry : .readFailed, "cannot open the journal's segment \(name): \(error.reason)")
        }
        let block = try Self.read(file, JournalFormat.blockBytes, at: 0)
        switch block.withUnsafeBytes({ SegmentHeader.read($0) }) {
        case .success(let header):
            self.header = header
            salt = header.salt
        case .failure(.newerVersion):
            throw JournalError(
                .newerVersion, "the journal's segment \(name) was written by a newer version of weir: start that version or a later one; nothing was changed")
        case .failure(.damaged):
            header = nil
            salt = try Self.search(file, from: JournalFormat.blockBytes) { $0.firstNumber >= number }?.header.salt
        }
    }

    var name: String { SegmentName.name(first: firstNumber) }

    /// What stands at `offset`; without `bodies` only the heads are read.
    func batch(at offset: Int, bodies: Bool = true) throws(JournalError) -> Reading {
        let block = try Self.read(file, JournalFormat.blockBytes, at: offset)
        guard let header = block.withUnsafeBytes({ BatchHeader($0) }), header.salt == salt else {
            return block.allSatisfy { $0 == 0 } ? .empty : .damagedHeader
        }
        let wanted = bodies ? header.totalBytes : header.bodiesOffset
        var bytes = block
        if wanted > block.count {
            // The header's checksum vouches for the length, but not for the file's: no more is asked for than there is.
            let rest = min(wanted, try size() - offset) - block.count
            bytes.reserveCapacity(block.count + max(0, rest))
            if rest > 0 { bytes += try Self.read(file, rest, at: offset + block.count) }
        }
        switch Batch.read(header, bytes, at: offset) {
        case .success(let batch): return .batch(batch)
        case .failure(let damage): return .damagedHeads(header, damage)
        }
    }

    /// The next header from `offset` on that belongs to this segment and whose first number is at least `number`.
    func nextHeader(from offset: Int, notBefore number: UInt64) throws(JournalError) -> (offset: Int, header: BatchHeader)? {
        try Self.search(file, from: offset) { $0.salt == salt && $0.firstNumber >= number }
    }

    func size() throws(JournalError) -> Int {
        do throws(SystemError) { return try file.size } catch { throw Self.unreadable(file, error) }
    }

    static func read(_ file: File, _ count: Int, at offset: Int) throws(JournalError) -> [UInt8] {
        do throws(SystemError) { return try file.read(count, at: offset) } catch { throw unreadable(file, error) }
    }

    private static func search(
        _ file: File, from start: Int, _ accept: (BatchHeader) -> Bool
    ) throws(JournalError) -> (offset: Int, header: BatchHeader)? {
        var offset = JournalFormat.padded(start)
        while true {
            let chunk = try read(file, searchStep, at: offset)
            var found: (offset: Int, header: BatchHeader)?
            chunk.withUnsafeBytes { bytes in
                var place = 0
                while place + BatchHeader.byteCount <= bytes.count {
                    if let header = BatchHeader(bytes.slice(place..<bytes.count)), accept(header) {
                        found = (offset + place, header)
                        return
                    }
                    place += JournalFormat.blockBytes
                }
            }
            if let found { return found }
            guard chunk.count == searchStep, let next = file.nextData(from: offset + chunk.count) else { return nil }
            offset = next & ~(JournalFormat.blockBytes - 1)
        }
    }

    private static func unreadable(_ file: File, _ error: SystemError) -> JournalError {
        JournalError(.readFailed, "cannot read the journal's file \(file.path): \(error.reason)")
    }
}
