/// Keeps aside the bytes that are taken off a segment's end.
struct SegmentCut: Sendable {
    private let directory: String
    private let fileSystem: JournalFileSystem

    init(_ options: SegmentJournalOptions) {
        directory = options.directory
        fileSystem = options.fileSystem
    }

    /// Copies what is not zero from `offset` on into a file of its own; nothing when all of it is zero.
    func keep(_ segment: SegmentFile, from offset: Int) throws(JournalError) -> RecoveryNote.Cut? {
        guard let end = try contentEnd(segment, from: offset) else { return nil }
        let name = "\(segment.name)-\(offset)"
        do throws(SystemError) {
            let folder = directory + "/" + JournalOpening.cutDirectory
            if try fileSystem.createDirectory(folder) { try fileSystem.synchronizeDirectory(directory) }
            let taken = try fileSystem.list(folder)
            let free = (1...).lazy.map { $0 == 1 ? name : "\(name)-\($0)" }.first { !taken.contains($0) } ?? name
            let file = try File(folder + "/" + free, .create, in: fileSystem)
            try file.copy(from: segment.file, offset..<end, to: 0)
            try file.synchronize()
            try fileSystem.synchronizeDirectory(folder)
            return RecoveryNote.Cut(
                segment: segment.name, offset: offset, bytes: end - offset, file: JournalOpening.cutDirectory + "/" + free)
        } catch {
            // No acknowledged byte is among them: a full disk must not keep the journal from starting.
            guard error.isOutOfSpace else { throw .unwritable(directory, error) }
            return RecoveryNote.Cut(segment: segment.name, offset: offset, bytes: end - offset, file: "")
        }
    }

    /// The offset behind the last byte that is not zero.
    private func contentEnd(_ segment: SegmentFile, from start: Int) throws(JournalError) -> Int? {
        var offset = start, end: Int?
        while true {
            let chunk = try SegmentFile.read(segment.file, ZeroBytes.block.count, at: offset)
            if !chunk.withUnsafeBytes({ $0.isZero }), let last = chunk.lastIndex(where: { $0 != 0 }) { end = offset + last + 1 }
            guard chunk.count == ZeroBytes.block.count, let next = segment.file.nextData(from: offset + chunk.count) else { return end }
            offset = next
        }
    }
}

extension File {
    /// Writes what stands in `range` of another file at `offset`.
    func copy(from other: File, _ range: Range<Int>, to offset: Int) throws(SystemError) {
        var place = range.lowerBound
        while place < range.upperBound {
            let chunk = try other.read(min(1 << 20, range.upperBound - place), at: place)
            if chunk.isEmpty { return }
            try write(chunk, at: offset + place - range.lowerBound)
            place += chunk.count
        }
    }
}
