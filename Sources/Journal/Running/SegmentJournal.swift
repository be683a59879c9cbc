import Synchronization

/// The journal in segment files, with one writer thread.
package final class SegmentJournal: Journal {
    private let context: WriterContext
    private let lock: DirectoryLock
    private let threads = ThreadEnds()

    /// Opens the journal in `options.directory`, or makes it.
    ///
    /// Reads the last segment only, copies its good part, and starts the threads.
    ///
    /// - Throws: `.locked`, `.unwritable`, `.newerVersion`, `.diskFull` or `.readFailed`; in the first three cases nothing was touched.
    package static func open(_ options: SegmentJournalOptions) throws(JournalError) -> (journal: SegmentJournal, recovery: RecoveryReport) {
        let directory = options.directory
        do throws(SystemError) {
            // A directory whose name is not durable takes everything in it along.
            if try options.fileSystem.createDirectory(directory) { try options.fileSystem.synchronizeDirectory(directory + "/..") }
        } catch { throw .unwritable(directory, error) }
        let lock = try DirectoryLock(directory, options.fileSystem)
        let opened = try JournalOpening(options: options).run()
        let journal: SegmentJournal
        do throws(SystemError) {
            journal = try SegmentJournal(options, opened, lock)
            try journal.startThreads(opened)
        } catch {
            throw JournalError(.unwritable, "cannot start the journal: \(error.reason)")
        }
        return (journal, opened.report)
    }

    private init(_ options: SegmentJournalOptions, _ opened: JournalOpening.Opened, _ lock: DirectoryLock) throws(SystemError) {
        self.lock = lock
        let status = JournalStatus(
            end: opened.chain, segments: opened.segments, tag: opened.report.tag, erasures: opened.erasures,
            configuration: opened.configuration, stallMilliseconds: options.stallMilliseconds, monotonic: options.monotonic)
        context = WriterContext(
            options: options, status: status, queue: try AppendQueue(bytesMax: options.queueBytesMax),
            spare: SpareSegment(directory: options.directory, fileSystem: options.fileSystem, segmentBytes: options.segmentBytes),
            space: SpaceWatch(directory: options.directory, fileSystem: options.fileSystem, reserve: options.diskReserve, status: status),
            refill: DedupeRefill(), housekeeping: try ThreadSignal())
        context.space.check(now: options.monotonic())
    }

    private func startThreads(_ opened: JournalOpening.Opened) throws(SystemError) {
        let context = context, chain = opened.chain, erasures = opened.erasures
        let damaged = Set(opened.report.unreadable)
        let source = LiveSource(context)
        try threads.start("journal-writer", priority: .normal) {
            var writer = SegmentWriter(context, opened)
            writer.run()
        }
        try threads.start("journal-ahead", priority: .low) { Housekeeping(context).run() }
        try threads.start("journal-refill", priority: .low) {
            let goesOn = { !context.status.isStopping }
            context.refill.run(source, last: chain.nextNumber - 1, without: damaged, capacity: context.options.dedupeWindow, while: goesOn)
            // The process may have ended between a decision and the first step of its erasure. Of what stands before the last segment those tell who
            // project: a list may be older or newer than its segments.
            _ = try? Erasing(source).finish(erasures.decided, in: context.status, while: goesOn)
            _ = try? Erasing(source).finish(listed: erasures.unfinished, in: context.status, while: goesOn)
        }
    }

    deinit { beginStopping() }

    package var tag: String { context.status.tag }
    package var watermark: UInt64 { context.status.watermark }
    package var firstNumber: UInt64 { context.status.segments.first ?? 1 }
    package var head: JournalHead? { context.status.head }
    package var availability: JournalAvailability { context.status.availability }

    package func append(_ draft: EntryDraft, token: UInt64, to receiver: any AppendReceiver) {
        put(AppendQueue.Item(draft: draft, token: token, receiver: receiver))
    }

    package func append(_ draft: EntryDraft) async throws(JournalError) -> Appended {
        let outcome = await withCheckedContinuation { continuation in
            put(AppendQueue.Item(draft: draft, token: 0, receiver: SingleReceiver(continuation)))
        }
        return try outcome.get()
    }

    package func configure(_ content: [UInt8]) async throws(JournalError) -> UInt64 {
        let draft = EntryDraft(kind: .config, body: content)
        if let known = context.status.configuration, known.draft.bodySHA256 == draft.bodySHA256 { return known.number }
        return try await append(draft).number
    }

    private func put(_ item: AppendQueue.Item) {
        if !context.queue.put(item) { item.receiver.appended([(item.token, .failure(.stopping))]) }
    }

    package func reader(from number: UInt64) -> any JournalReader { SegmentReader(LiveSource(context), from: number) }

    package func configurations() throws(JournalError) -> [Entry] { try LiveSource(context).configurations() }

    package func waitForEntries(after number: UInt64, milliseconds: Int) -> Bool {
        context.status.waitForEntries(after: number, milliseconds: milliseconds)
    }

    /// Has the body of a receipt erased: a `decision` entry is durable before the body is zeroed.
    ///
    /// If that was decided before, what is left of it is done.
    ///
    /// - Parameters:
    ///   - isLost: Whether the decision from before is lost, so that another is made.
    ///   - changes: How many changes the receipt has made, which the decision keeps.
    ///   - husk: What stays of the receipt, which it keeps too.
    /// - Returns: The decision's number; nothing if it was decided before.
    /// - Throws: `.noSuchEntry`, also for entries that are no receipts, and what `append` throws.
    @discardableResult
    package func erase(
        _ number: UInt64, reason: String, who: String, changes: UInt64 = 0, husk: [UInt8] = [], isLost: Bool = false
    ) async throws(JournalError) -> UInt64? {
        if !isLost, context.status.erasures.decided.contains(number) {
            try await finishErasing(of: number)
            return nil
        }
        let source = LiveSource(context)
        let isReceipt = try await Blocking.run { () throws(JournalError) in try EntryPlace.find(number, source).isReceipt }
        guard isReceipt else { throw JournalError(.noSuchEntry, "entry \(number) is no receipt: only receipts can be erased") }
        let decision = EraseDecision(number: number, reason: reason, who: who, changes: changes, husk: husk[...])
        let appended = try await append(EntryDraft(kind: .decision, body: decision.bytes))
        try await finishErasing(of: number)
        return appended.number
    }

    private func finishErasing(of number: UInt64) async throws(JournalError) {
        let isFound = try await Blocking.run { () throws(JournalError) in try self.finishErasing([number]).isEmpty }
        guard isFound else { throw EntryPlace.missing(number) }
    }

    /// A reader to whom bodies are what stands in their places, whatever was erased.
    package func revealingReader(from number: UInt64) -> any JournalReader { SegmentReader(LiveSource(context, reveals: true), from: number) }

    /// The receipts that decisions from entry `number` on have erased; reads the heads from there on.
    package func decidedErasures(from number: UInt64) throws(JournalError) -> Set<UInt64> { try LiveSource(context).decidedErasures(from: number) }

    package func conceal(_ receipts: Set<UInt64>) { context.status.decideErasures(receipts) }

    @discardableResult
    package func finishErasing(_ receipts: Set<UInt64>) throws(JournalError) -> Set<UInt64> {
        guard !receipts.isEmpty else { return [] }
        conceal(receipts)
        return try Erasing(LiveSource(context)).finish(receipts, in: context.status)
    }

    /// The receipts that the list says were erased, of which no decision was read and whose bodies are whole: a copy from before the decision was put back.
    package func forgottenErasures() throws(JournalError) -> [UInt64] { try forgottenMarks().map(\.number) }

    /// Has the list say no more of what `forgottenErasures` found.
    package func forgetErasures() throws(JournalError) {
        let marks = try forgottenMarks()
        do throws(SystemError) { try Erasures.append(.forgotten, marks, in: context.directory, context.fileSystem) } catch {
            throw .unwritable(context.directory + "/" + Erasures.fileName, error)
        }
        context.status.forgetErasures(marks)
    }

    private func forgottenMarks() throws(JournalError) -> [EntryMark] {
        let erasures = context.status.erasures
        return try Erasing(LiveSource(context)).standing(listed: erasures.listed.filter { !erasures.decided.contains($0.number) })
    }

    package func stop() async {
        beginStopping()
        await threads.wait()
        lock.release()
    }

    private func beginStopping() {
        context.status.stop()
        context.queue.stop()
        context.housekeeping.signal()
    }
}

/// The receiver of one append that somebody awaits.
private final class SingleReceiver: AppendReceiver {
    private let continuation: CheckedContinuation<Result<Appended, JournalError>, Never>

    init(_ continuation: CheckedContinuation<Result<Appended, JournalError>, Never>) { self.continuation = continuation }

    func appended(_ outcomes: [AppendOutcome]) {
        for outcome in outcomes { continuation.resume(returning: outcome.outcome) }
    }
}
