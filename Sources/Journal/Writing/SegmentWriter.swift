import FindingModel

/// The writer thread's own: forms batches of what is queued, makes each durable, and tells the appenders.
struct SegmentWriter: ~Copyable {
    private let context: WriterContext
    private var active: ActiveSegment
    private var chain: ChainPosition
    private var window: DedupeWindow
    private var configurations: ConfigurationsInForce
    /// The `recovery` entry that comes before any other, while it is not written.
    private var pending: EntryDraft?
    private var encoder = BatchEncoder()
    private var groups = OutcomeGroups()
    private var pace = BatchPace()
    /// What was final and has still to be told, after those that wait have been.
    private var fatal: JournalError?
    /// Until when no new segment is begun, after that failed.
    private var rollAfter: Int64 = 0
    /// Until when no zeros are written ahead, after that failed.
    private var runwayAfter: Int64 = 0

    init(_ context: WriterContext, _ opened: JournalOpening.Opened) {
        self.context = context
        active = opened.active
        chain = opened.chain
        pending = opened.pending
        configurations = ConfigurationsInForce(opened.configuration)
        window = DedupeWindow(capacity: context.options.dedupeWindow)
    }

    /// Works until it is asked to stop and nothing is left.
    mutating func run() {
        var work = AppendQueue.Work()
        while true {
            gather()
            context.queue.take(&work)
            pace.took(work.items.count, at: context.options.monotonic())
            for item in work.refused { groups.add(item, .failure(.busy)) }
            groups.deliver()
            write(work.items)
            let isIdle = work.items.isEmpty && work.refused.isEmpty
            work.items.removeAll(keepingCapacity: true)
            work.refused.removeAll(keepingCapacity: false)
            guard isIdle else { continue }
            if work.stops { break }
            extendRunwayWhenIdle()
            context.queue.wait()
        }
        for item in context.queue.close() { groups.add(item, .failure(.stopping)) }
        groups.deliver()
    }

    /// Lets entries come together where that is worth its while.
    private mutating func gather() {
        while pace.waits(queued: context.queue.count, at: context.options.monotonic()) {
            context.queue.wait(for: BatchPace.entriesEnough, milliseconds: BatchPace.stepMilliseconds)
        }
    }

    /// Writes all of `items`, in as many batches as they need.
    private mutating func write(_ items: [AppendQueue.Item]) {
        var next = 0
        while next < items.count {
            guard !context.status.isFailed else {
                for item in items[next...] { groups.add(item, .failure(.afterFailure)) }
                groups.deliver()
                return
            }
            if let refilled = context.refill.take() { window = window.following(refilled) }
            context.space.check(now: context.options.monotonic())
            next = writeBatch(items, from: next)
            groups.deliver()
            tellFatal()
        }
    }

    /// Writes one batch of `items` from `first` on; returns the index of the first that did not belong into it.
    private mutating func writeBatch(_ items: [AppendQueue.Item], from first: Int) -> Int {
        let wall = context.options.clock(), step = chain.step(at: wall)
        let leading = [pending, step.map { EntryDraft(kind: .notice, body: $0.bytes) }].compactMap { $0 }
        guard chain.nextNumber < JournalFormat.numberLimit - UInt64(4 * JournalFormat.batchEntriesMax) else {
            let error = JournalError(.corrupt, "the journal says a number that no journal reaches: restore it from a backup")
            for item in items[first...] { groups.add(item, .failure(error)) }
            return items.count
        }
        do throws(JournalError) {
            try rollIfFull(before: leading, items[first...], at: wall)
        } catch {
            for item in items[first...] { groups.add(item, .failure(error)) }
            return items.count
        }
        let received = step?.to ?? chain.receiptTime(at: wall)
        var plan = BatchPlan()
        encoder.begin()
        for draft in leading { encoder.add(draft, number: nextNumber, receivedTime: received, wallTime: wall) }
        plan.leading = leading.count
        var index = first
        while index < items.count {
            guard accept(items[index], index, &plan, wall: wall, received: received) else { break }
            index += 1
        }
        if !plan.written.isEmpty {
            do throws(JournalError) {
                try commit(items, plan, received: received)
            } catch {
                window.removeNewest(from: chain.nextNumber)
                for index in plan.written { groups.add(items[index], .failure(error)) }
                for duplicate in plan.duplicates { groups.add(items[duplicate.index], .failure(error)) }
            }
        }
        return index
    }

    /// Adds one draft to the batch, or settles what becomes of it; false when the batch is full.
    private mutating func accept(_ item: AppendQueue.Item, _ index: Int, _ plan: inout BatchPlan, wall: Timestamp, received: Timestamp) -> Bool {
        let draft = item.draft
        guard EntryHead.fits(draft) else {
            groups.add(item, .failure(.tooLarge))
            return true
        }
        let deduplicates = draft.kind == .receipt && draft.deduplicates
        if deduplicates, let number = window.number(source: draft.source, digest: draft.bodySHA256) {
            if number < chain.nextNumber {
                groups.add(item, .success(Appended(number: number, receivedTime: received, duplicate: true)))
            } else {
                plan.duplicates.append((index, number))
            }
            return true
        }
        if draft.kind == .receipt, context.status.isReserveReached {
            groups.add(item, .failure(.reserve))
            return true
        }
        guard plan.written.isEmpty || encoder.hasRoom(for: draft) else { return false }
        if draft.forgetsDuplicates { window.removeAll() }
        let number = nextNumber
        encoder.add(draft, number: number, generation: configurations.here(draft.generation), receivedTime: received, wallTime: wall)
        if deduplicates { window.insert(source: draft.source, digest: draft.bodySHA256, number: number) }
        plan.written.append(index)
        return true
    }

    /// Makes the batch durable, counts it, and settles the outcomes of its entries.
    private mutating func commit(_ items: [AppendQueue.Item], _ plan: BatchPlan, received: Timestamp) throws(JournalError) {
        context.status.writeBegan()
        defer { context.status.writeEnded() }
        let batch = encoder.finish(
            salt: active.salt, firstNumber: chain.nextNumber, previousHash: chain.previousHash, receiptClock: received)
        do throws(SystemError) {
            try encoder.withBytes(batch.length) { bytes throws(SystemError) in try active.write(bytes) }
        } catch {
            active.undo(batch.length)
            throw .write(error)
        }
        extendRunway(after: batch.length)
        do throws(SystemError) { try active.file.synchronize() } catch { throw fail(error) }

        let firstNumber = chain.nextNumber
        active.advance(batch.length)
        chain = ChainPosition(nextNumber: firstNumber + UInt64(encoder.count), previousHash: batch.hash, receiptClock: received)
        for (offset, index) in plan.written.enumerated() {
            let number = firstNumber + UInt64(plan.leading + offset)
            note(items[index].draft, number)
            groups.add(items[index], .success(Appended(number: number, receivedTime: received, duplicate: false)))
        }
        pending = nil
        for duplicate in plan.duplicates {
            groups.add(items[duplicate.index], .success(Appended(number: duplicate.number, receivedTime: received, duplicate: true)))
        }
        context.status.publish(chain)
    }

    /// The number of the entry that is added next.
    private var nextNumber: UInt64 { chain.nextNumber + UInt64(encoder.count) }

    /// Takes note of what a durable entry puts in force.
    private mutating func note(_ draft: EntryDraft, _ number: UInt64) {
        switch draft.kind {
        case .config:
            configurations.replace(by: draft, number: number)
            context.status.setConfiguration(configurations.present)
        case .recovery: RecoveryNote(parsing: draft.body).map { context.status.setTag($0.tag) }
        default: break
        }
    }

    /// Begins a new segment if the next batch does not fit into the present one.
    ///
    /// - Throws: only what is final.
    private mutating func rollIfFull(before leading: [EntryDraft], _ items: ArraySlice<AppendQueue.Item>, at wall: Timestamp) throws(JournalError) {
        let room = context.options.segmentBytes - active.offset
        guard !active.isEmpty, room < max(2 * JournalFormat.batchBytesMax, items.first?.draft.body.count ?? 0) else { return }
        let drafts = leading + items.prefix(JournalFormat.batchEntriesMax).map(\.draft)
        if BatchEncoder.length(of: drafts) > room { try roll(at: wall) }
    }

    /// The batch with the configurations that a new segment begins with, which `following` then stands behind; empty when there is none.
    private func beginning(_ following: inout ChainPosition, salt: SegmentSalt, at wall: Timestamp) -> [UInt8] {
        let drafts = configurations.drafts, received = following.receiptTime(at: wall)
        guard !drafts.isEmpty else { return [] }
        var encoder = BatchEncoder()
        for draft in drafts { encoder.add(draft, number: following.nextNumber + UInt64(encoder.count), receivedTime: received, wallTime: wall) }
        let batch = encoder.finish(
            salt: salt, firstNumber: following.nextNumber, previousHash: following.previousHash, receiptClock: received)
        following = ChainPosition(nextNumber: following.nextNumber + UInt64(encoder.count), previousHash: batch.hash, receiptClock: received)
        return encoder.withBytes(batch.length) { Array($0) }
    }

    /// Begins a new segment with the configuration in force; where that is not possible now, the present one goes on.
    ///
    /// - Throws: only what is final.
    private mutating func roll(at wall: Timestamp) throws(JournalError) {
        let now = context.options.monotonic()
        guard now >= rollAfter else { return }
        let header = SegmentHeader(
            salt: SegmentSalt(random: context.options.random(SegmentSalt.byteCount)), firstNumber: chain.nextNumber,
            previousHash: chain.previousHash, createdTime: wall, receiptClock: chain.receiptClock, tag: context.status.tag)
        let begun = SegmentBeginning(context.directory, context.fileSystem)
        var following = chain
        let first = beginning(&following, salt: header.salt, at: wall)
        do throws(SegmentBeginning.Failure) {
            context.status.writeBegan()
            defer { context.status.writeEnded() }
            let next = try begun.begin(header, first: first, spare: context.spare, segmentBytes: context.options.segmentBytes)
            active.trim()
            active = next
            context.status.addSegment(header.firstNumber)
            if following != chain {
                chain = following
                configurations.repeated(from: header.firstNumber)
                context.status.publish(chain)
            }
            context.housekeeping.signal()
        } catch {
            if error.isFinal { throw fail(error.cause) }
            rollAfter = now + 1000
        }
    }

    private mutating func extendRunway(after length: Int) {
        let limit = context.options.segmentBytes
        guard active.needsRunway(after: length, within: limit) else { return }
        let now = context.options.monotonic()
        guard now >= runwayAfter else { return }
        let before = active.preparedBytes
        active.extendRunway(after: length, within: limit)
        if active.preparedBytes == before { runwayAfter = now + 1000 }
    }

    /// Writes zeros ahead in a quiet moment, so that no batch has to wait for it.
    private mutating func extendRunwayWhenIdle() {
        guard !context.status.isFailed, active.needsRunway(after: ActiveSegment.runwayBytes / 4, within: context.options.segmentBytes) else { return }
        extendRunway(after: 0)
        context.status.writeBegan()
        defer { context.status.writeEnded() }
        do throws(SystemError) { try active.file.synchronize() } catch { _ = fail(error) }
        tellFatal()
    }

    /// An fsync failed: what the disk holds is not known any more, and asking again would prove nothing.
    private mutating func fail(_ cause: SystemError) -> JournalError {
        let error = JournalError(.failed, "the journal's \(cause.call) failed: \(cause.reason); weir has to be restarted")
        if context.status.fail() { fatal = error }
        return error
    }

    private mutating func tellFatal() {
        guard let error = fatal else { return }
        fatal = nil
        context.options.onFatal(error)
    }
}
