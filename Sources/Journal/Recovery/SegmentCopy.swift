import FindingModel

/// Writes the file that takes a segment's place: whole and durable before it gets the name.
struct SegmentCopy: Sendable {
    static let fileName = "recovered.partial"

    private let options: SegmentJournalOptions
    private let name: String

    init(_ options: SegmentJournalOptions, name: String) {
        self.options = options
        self.name = name
    }

    /// A new segment that begins with `note`.
    func make(header: SegmentHeader, chain: ChainPosition, note: RecoveryNote) throws(JournalError) -> (active: ActiveSegment, chain: ChainPosition) {
        try replacing { file throws(SystemError) in
            try file.write(header.bytes, at: 0)
            return try append(note, to: file, at: JournalFormat.blockBytes, salt: header.salt, chain)
        }
    }

    /// The good part of `segment`, with another first block if its own is damaged, and `note` behind it.
    ///
    /// Where a full disk has no room for the note, the chain that is returned goes on without it.
    func make(
        from segment: SegmentFile, header: SegmentHeader?, _ survey: SegmentSurvey, note: RecoveryNote
    ) throws(JournalError) -> (active: ActiveSegment, chain: ChainPosition) {
        guard let salt = segment.salt else { throw JournalError(.corrupt, "nothing in \(segment.name) can be read") }
        do throws(JournalError) {
            return try replacing { file throws(SystemError) in
                try file.copy(from: segment.file, 0..<survey.end, to: 0)
                if let header { try file.write(header.bytes, at: 0) }
                return try append(note, to: file, at: survey.end, salt: salt, survey.chain)
            }
        } catch {
            guard error.code == .diskFull else { throw error }
            return try rewrite(segment, salt, survey, note: note)
        }
    }

    /// Where the disk has no room for a copy: writes the same bytes over themselves, so that the kernel has to bring them to the disk, and `note`
    /// behind them if the file is long enough for it.
    private func rewrite(
        _ segment: SegmentFile, _ salt: SegmentSalt, _ survey: SegmentSurvey, note: RecoveryNote
    ) throws(JournalError) -> (active: ActiveSegment, chain: ChainPosition) {
        do throws(SystemError) {
            let file = try File(segment.file.path, .write, in: options.fileSystem)
            try file.copy(from: file, 0..<survey.end, to: 0)
            let size = try file.size
            try file.zero(survey.end..<max(survey.end, size))
            var made = (active: ActiveSegment(file: file, salt: salt, offset: survey.end, preparedBytes: size), chain: survey.chain)
            if size - survey.end >= JournalFormat.padded(note.bytes.count + JournalFormat.blockBytes / 2) {
                made = try append(note, to: file, at: survey.end, salt: salt, survey.chain)
            }
            try file.synchronize()
            return made
        } catch { throw .unwritable(segment.file.path, error) }
    }

    private func replacing(
        _ write: (File) throws(SystemError) -> (active: ActiveSegment, chain: ChainPosition)
    ) throws(JournalError) -> (active: ActiveSegment, chain: ChainPosition) {
        let directory = options.directory, path = directory + "/" + Self.fileName
        do throws(SystemError) {
            let file = try File(path, .create, in: options.fileSystem)
            var made = try write(file)
            made.active.extendRunway(within: options.segmentBytes)
            try file.synchronize()
            try options.fileSystem.rename(path, directory + "/" + name)
            try options.fileSystem.synchronizeDirectory(directory)
            return made
        } catch {
            try? options.fileSystem.remove(path)
            throw .unwritable(directory, error)
        }
    }

    /// Writes a batch of one `recovery` entry.
    private func append(
        _ note: RecoveryNote, to file: File, at offset: Int, salt: SegmentSalt, _ chain: ChainPosition
    ) throws(SystemError) -> (active: ActiveSegment, chain: ChainPosition) {
        var encoder = BatchEncoder()
        let wall = options.clock(), received = chain.receiptTime(at: wall)
        encoder.add(EntryDraft(kind: .recovery, body: note.bytes), number: chain.nextNumber, receivedTime: received, wallTime: wall)
        let batch = encoder.finish(salt: salt, firstNumber: chain.nextNumber, previousHash: chain.previousHash, receiptClock: received)
        try encoder.withBytes(batch.length) { bytes throws(SystemError) in try file.write(bytes, at: offset) }
        let end = offset + batch.length
        return (
            ActiveSegment(file: file, salt: salt, offset: end, preparedBytes: end),
            ChainPosition(nextNumber: chain.nextNumber + 1, previousHash: batch.hash, receiptClock: received)
        )
    }
}
