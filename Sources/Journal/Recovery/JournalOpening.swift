import Digests
import FindingModel

/// Brings a journal's directory into a state in which it can be written to.
///
/// The last segment is always copied: what a dead process left in it may stand in the kernel's memory only, and after a failed fsync a second one of
/// the same file proves nothing.
struct JournalOpening: Sendable {
    /// A journal that is ready to be written to.
    struct Opened: Sendable {
        let active: ActiveSegment
        let chain: ChainPosition
        let segments: [UInt64]
        let erasures: Erasures
        let report: RecoveryReport
        /// The `recovery` entry for which the full disk had no room: it has to come before any other.
        var pending: EntryDraft?
        /// The segment's last `config` entry that is whole.
        var configuration: ConfigurationInForce?
    }

    static let cutDirectory = "cut"

    let options: SegmentJournalOptions

    private var fileSystem: JournalFileSystem { options.fileSystem }
    private var directory: String { options.directory }

    /// Recovers the journal, or makes it; the caller holds the directory's lock.
    func run() throws(JournalError) -> Opened {
        let segments = SegmentName.segments(try list(directory))
        guard let last = segments.last else { return try create() }
        // Opened first: a newer version's files are refused before anything is touched.
        let segment = try SegmentFile(first: last, in: directory, fileSystem)
        var erasures = try Erasures.read(in: directory, fileSystem)
        for name in [SegmentBeginning.fileName, SegmentCopy.fileName] { try? fileSystem.remove(directory + "/" + name) }
        let survey = try SegmentSurvey.make(segment, erasures, durable: options.durable)
        erasures.decide(survey.decided)
        if segment.salt == nil { return try replace(segment, segments, erasures) }
        return try recover(segment, survey, segments, erasures)
    }

    private func create() throws(JournalError) -> Opened {
        let now = options.clock()
        let tag = newTag()
        let header = SegmentHeader(
            salt: newSalt(), firstNumber: 1, previousHash: .zero, createdTime: now, receiptClock: now, tag: tag)
        let copy = SegmentCopy(options, name: SegmentName.name(first: 1))
        let made = try copy.make(header: header, chain: .beginning, note: RecoveryNote(tag: tag, reason: .created))
        return Opened(
            active: made.active, chain: made.chain, segments: [1], erasures: Erasures(),
            report: RecoveryReport(tag: tag, isNew: true, lastNumber: made.chain.nextNumber - 1))
    }

    private func recover(_ segment: SegmentFile, _ survey: SegmentSurvey, _ segments: [UInt64], _ erasures: Erasures) throws(JournalError) -> Opened {
        let cut = try SegmentCut(options).keep(segment, from: survey.end)
        var damaged = survey.news
        if segment.header == nil { damaged.insert(RecoveryNote.Damage(segment: segment.name, offset: 0, numbers: nil), at: 0) }
        let note = RecoveryNote(tag: newTag(), reason: cut == nil && damaged.isEmpty ? .started : .recovered, cut: cut, damaged: damaged)
        let copy = SegmentCopy(options, name: segment.name)
        let header = segment.header == nil ? try rebuiltHeader(segment, try tag(survey, segments) ?? note.tag) : nil
        let made = try copy.make(from: segment, header: header, survey, note: note)
        var report = RecoveryReport(tag: note.tag, isNew: false, lastNumber: made.chain.nextNumber - 1)
        report.cut = note.cut
        report.damaged = note.damaged
        report.unreadable = survey.unreadable
        // A full disk may have had no room for the note.
        let isNoted = made.chain.nextNumber > survey.chain.nextNumber
        return Opened(
            active: made.active, chain: made.chain, segments: segments, erasures: erasures, report: report,
            pending: isNoted ? nil : EntryDraft(kind: .recovery, body: note.bytes), configuration: survey.configuration)
    }

    /// Replaces a last segment in which nothing at all can be read.
    private func replace(_ segment: SegmentFile, _ segments: [UInt64], _ erasures: Erasures) throws(JournalError) -> Opened {
        var chain = ChainPosition(nextNumber: segment.firstNumber, previousHash: .zero, receiptClock: Timestamp(milliseconds: .min))
        if let before = segments.dropLast().last, let previous = try? SegmentFile(first: before, in: directory, fileSystem) {
            let survey = try SegmentSurvey.make(previous, erasures)
            chain.previousHash = survey.chain.previousHash
            chain.receiptClock = survey.chain.receiptClock
        }
        var note = RecoveryNote(tag: newTag(), reason: .recovered)
        note.cut = try SegmentCut(options).keep(segment, from: 0)
        let header = SegmentHeader(
            salt: newSalt(), firstNumber: chain.nextNumber, previousHash: chain.previousHash, createdTime: options.clock(),
            receiptClock: chain.receiptClock, tag: note.tag)
        let made = try SegmentCopy(options, name: segment.name).make(header: header, chain: chain, note: note)
        var report = RecoveryReport(tag: note.tag, isNew: false, lastNumber: made.chain.nextNumber - 1)
        report.cut = note.cut
        return Opened(active: made.active, chain: made.chain, segments: segments, erasures: erasures, report: report)
    }

    /// The first block of a segment whose own is damaged, from what its batches say.
    private func rebuiltHeader(_ segment: SegmentFile, _ tag: String) throws(JournalError) -> SegmentHeader? {
        guard let salt = segment.salt, let first = try segment.nextHeader(from: JournalFormat.blockBytes, notBefore: segment.firstNumber) else {
            return nil
        }
        let isFirst = first.header.firstNumber == segment.firstNumber
        return SegmentHeader(
            salt: salt, firstNumber: segment.firstNumber, previousHash: isFirst ? first.header.previousHash : .zero, createdTime: options.clock(),
            receiptClock: first.header.receiptClock, tag: tag)
    }

    /// The tag that was in force: the last segment's, or else that of the one before.
    private func tag(_ survey: SegmentSurvey, _ segments: [UInt64]) throws(JournalError) -> String? {
        if let tag = survey.tag { return tag }
        guard let before = segments.dropLast().last, let previous = try? SegmentFile(first: before, in: directory, fileSystem) else { return nil }
        return try SegmentSurvey.make(previous, Erasures()).tag
    }

    private func newTag() -> String { JournalTag.make(random: options.random) }

    private func newSalt() -> SegmentSalt { SegmentSalt(random: options.random(SegmentSalt.byteCount)) }

    private func list(_ path: String) throws(JournalError) -> [String] {
        do throws(SystemError) { return try fileSystem.list(path) } catch { throw .unwritable(path, error) }
    }
}
