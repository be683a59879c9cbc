/// A journal's files, read without changing them, whether a gateway runs or not.
///
/// Beside a running gateway the last entries that are seen may not be durable yet.
package struct JournalFiles: Sendable {
    private var source: FileSource
    /// An entry that is known to have been durable.
    private var durable: UInt64 = 0

    /// The files in `directory`.
    ///
    /// - Throws: `.corrupt` when there is no journal, `.unwritable` when the directory cannot be read, `.newerVersion`.
    package init(_ directory: String, fileSystem: JournalFileSystem = .system) throws(JournalError) {
        source = FileSource(directory: directory, fileSystem: fileSystem)
        guard let last = try source.segments().last else { throw JournalError(.corrupt, "there is no journal in \(directory)") }
        _ = try SegmentFile(first: last, in: directory, fileSystem)
    }

    /// The number of the oldest entry that is kept.
    package var firstNumber: UInt64 { get throws(JournalError) { try source.segments().first ?? 1 } }

    /// Reads from entry `number` on, up to the last whole batch.
    package func reader(from number: UInt64 = 1) -> any JournalReader { SegmentReader(source, from: number) }

    /// Every `config` entry, those with damaged bodies included.
    package func configurations() throws(JournalError) -> [Entry] { try source.configurations() }

    /// The same files, of which `receipts` count as erased too.
    package func concealing(_ receipts: Set<UInt64>) -> JournalFiles {
        var files = self
        files.source.concealed.formUnion(receipts)
        return files
    }

    /// The same files, of which entry `number` is known to have been durable: a batch that reaches so far is no unfinished end, whatever of it is damaged.
    package func knownDurable(through number: UInt64) -> JournalFiles {
        var files = self
        files.durable = number
        return files
    }

    /// Throws when the list of erasures beside the segments cannot be read, without which nothing is opened for writing.
    package func checkList() throws(JournalError) { _ = try Erasures.read(in: source.directory, source.fileSystem) }

    /// The receipts that decisions from entry `number` on have erased; reads the heads from there on.
    package func decidedErasures(from number: UInt64) throws(JournalError) -> Set<UInt64> { try source.decidedErasures(from: number) }

    /// Checks every byte of the journal, and that it continues what `head` says of it, if one is given.
    ///
    /// A batch at the very end that is not whole is looked at again for `settleMilliseconds`: a running gateway may be writing it.
    package func verify(against head: JournalHead? = nil, settleMilliseconds: Int64 = 1000) throws(JournalError) -> VerifyReport {
        var verification = Verification(source, head: head, settleMilliseconds: settleMilliseconds)
        return try verification.run()
    }

    /// Counts what there is, by the heads alone.
    package func statistics() throws(JournalError) -> JournalStatistics { try JournalStatistics.count(source) }

    /// The journal's end at this moment; nothing when no batch can be read.
    package func head() throws(JournalError) -> JournalHead? {
        for first in try source.segments().reversed() {
            let survey = try SegmentSurvey.make(try SegmentFile(first: first, in: source.directory, source.fileSystem), source.erasures, durable: durable)
            if survey.chain.nextNumber > first, let tag = survey.tag {
                return JournalHead(tag: tag, number: survey.chain.nextNumber - 1, hash: survey.chain.previousHash)
            }
        }
        return nil
    }

    /// Gives the receipts from `number` on to `write`, one JSON object a line; with `all`, the other entries too.
    ///
    /// - Returns: the numbers that could not be read.
    package func export(from number: UInt64 = 1, all: Bool = false, _ write: ([UInt8]) throws -> Void) throws -> [ClosedRange<UInt64>] {
        // A decision stands behind its receipt, whose body may have come back with a segment.
        var reader = concealing(try decidedErasures(from: number)).reader(from: number)
        while true {
            let entries = try reader.next(limit: 512, maxBytes: 4 << 20)
            if entries.isEmpty { return reader.skipped }
            var lines: [UInt8] = []
            for entry in entries where all || entry.kind == .receipt { lines += JournalExport.line(entry) }
            if !lines.isEmpty { try write(lines) }
        }
    }
}
