import Adapters
import GRDB
import Glibc
import Journal
import Logging

/// Projects a journal into a store, in short transactions, with everything that keeps a bad entry from stopping it for good.
final class ProjectionRun {
    private static let idleMilliseconds = 200
    /// Bytes of a body from which on what it needed is given back to the system.
    private static let largeBody = 256 << 10
    /// How often that is done after one: the second time for what the sinks needed.
    private static let returnsAfterLarge = 2

    /// Where to, where from, and how.
    struct Plan {
        let store: StateStore
        let source: EntrySource
        /// Takes the entries that the run writes itself, and wakes it when there are new ones.
        let journal: any Journal
        let makeMapper: @Sendable () -> any ReceiptMapper
        let options: ProjectorOptions
        /// What was decided about all receipts, for a shadow; nothing where each entry has its effect at its own place.
        var rules: RebuildRules?
        /// How much larger transactions are while the journal does not grow.
        var quietFactor = 1
        /// The last entry to project; nothing to follow the journal.
        var through: UInt64?
        /// Whether changes are written.
        var writesChanges = true
        /// Whether receipts that are left out get an entry of the journal; a look at what would be must leave it alone.
        var writesNotes = true
        /// Ends the process when one entry takes too long; nothing where that may be.
        var watchdog: Watchdog?
        var shouldStop: () -> Bool
        /// Whether senders are answered by now; a start that may end soon waits for that.
        var isServing: () -> Bool = { true }
        /// Called once the journal was read ahead, with the last entry that decides an erasure of a receipt that is projected already; 0 for none.
        var onSurvey: (UInt64) -> Void = { _ in }
        /// Called after each transaction.
        var onProgress: (Position) -> Void
        /// Carries out a large entry and marks its parts; where there is none, such entries are only passed.
        var carryOut: CarryOut?
    }

    typealias CarryOut = (Entry, LargeEntry, _ mark: (PartMark) throws(StateError) -> Void) throws(StateError) -> Void

    let plan: Plan
    private var attempt = Attempt.none
    var survey: JournalSurvey?
    private var hasWaited = false
    /// How many receipts were erased of which the store was told.
    private var erasures = 0
    /// Entries that count as unreadable, whatever the journal has of them.
    var leftOut = EntryRanges()
    /// Entries among which the mapper leaves out the same configurations.
    private var settled: ClosedRange<UInt64>?
    /// Configurations that were looked at there.
    private var lookedAt: Set<UInt64> = []
    /// Whether the journal says by now what is made again otherwise than at first.
    var hasTold = false
    /// Whether it was looked for entries that can be read again.
    private var hasLooked = false
    /// How often memory is still to be given back.
    private var returns = 0

    init(_ plan: Plan) { self.plan = plan }

    /// Projects until the stop, the last entry of the plan, an error, or a rebuild, after which state.db has to be read anew; whether it is done.
    func run() throws(StateError) -> Bool {
        let file = try AttemptFile(path: AttemptFile.path(beside: plan.store.path))
        let (start, unfinished) = try plan.store.read { (try Position(from: $0), try UnfinishedEntry(from: $0)) }
        if attempt == .none {
            attempt = (file.read() ?? .none).atStart(position: start.entry, unfinished: unfinished.map { ($0.entry, $0.units) })
        }
        var survey = try surveyed(after: start.entry)
        try condemn(in: &survey)
        try tellWhatIsRemade(in: &survey, after: start.entry)
        leftOut = survey.leftOut
        if let entry = plan.rules?.entry {
            // What entries decided that cannot be read concerns those before them too.
            try note(survey.unreadable.through(entry - 1).ranges, from: entry)
            survey = self.survey ?? survey
        }
        var options = Projection.Options()
        if let remade = survey.remade, remade.last > start.entry { options.remade = remade }
        options.writesChanges = plan.writesChanges
        options.rules = plan.rules?.without(leftOut)
        let projection = try plan.store.withWriter { try Projection(from: $0, options: options) }
        erasures = 0
        projection.onPart = { [watchdog = plan.watchdog] in watchdog?.take($0) }
        var work = EntryProjector(projection: projection, mapper: plan.makeMapper(), survey: survey) { number, reason throws(StateError) in
            try self.quarantine(number, deaths: 0, reason: reason)
        } husk: { number throws(StateError) in
            try self.husk(of: number)
        } receipt: { [source = plan.source] number throws(StateError) in
            try source.entry(number)
        }
        var queue = WorkQueue(plan.source, after: start.entry)
        var watermark: UInt64 = 0
        var pressure = IngestPressure()
        while !plan.shouldStop(), projection.position.entry < plan.through ?? .max {
            if let damage = plan.store.damage { throw damage }
            if returns > 0, HeapMemory.giveBack() { returns -= 1 }
            let end = plan.source.watermark()
            let size = BatchSize(plan.options, factor: end == watermark ? plan.quietFactor : 1)
            watermark = end
            let began = Watchdog.now()
            pressure.observe(watermark: end, at: began)
            guard try queue.fill(limit: size.entries, maxBytes: plan.options.batchBytes, leftOut: leftOut) else {
                if plan.through != nil { break }
                if try takeInAgain(through: projection.position.entry) { continue }
                // Where state.db is lost, nothing else would tell that what was in work last was done.
                if !attempt.isAtRest { try write(attempt.resting, to: file) }
                _ = plan.journal.waitForEntries(after: queue.lastNumber, milliseconds: Self.idleMilliseconds)
                continue
            }
            if let carryOut = plan.carryOut, let first = queue.items.first, first.isLarge, let entry = first.entry, let large = LargeEntry(entry) {
                try take(entry, large, by: carryOut, file: file)
                return false
            }
            try batch(&queue, of: size, with: &work, file: file)
            plan.onProgress(projection.position)
            let rest = pressure.rest(after: Watchdog.now() - began)
            if rest > 0, plan.through == nil { poll(nil, 0, rest) }
        }
        try file.write(attempt.resting)
        return true
    }

    private func write(_ next: Attempt, to file: borrowing AttemptFile) throws(StateError) {
        attempt = next
        try file.write(next)
    }

    /// Projects what one transaction may hold.
    private func batch(_ queue: inout WorkQueue, of size: BatchSize, with work: inout EntryProjector, file: borrowing AttemptFile) throws(StateError) {
        let end = plan.through ?? .max, stopsAtLarge = plan.carryOut != nil
        var items = queue.items.prefix(size.entries).prefix { $0.numbers.upperBound <= end && !(stopsAtLarge && $0.isLarge) }
        guard let first = items.first else { return queue.remove(queue.items.count) }
        if attempt.isSuspect(first.numbers.lowerBound) {
            items = items.prefix(1)
            guard waitBeforeSuspect() else { return }
        } else if !attempt.suspects.isEmpty {
            items = items.prefix { !attempt.isSuspect($0.numbers.lowerBound) }
        }
        let next = attempt.taking(
            first: first.numbers.lowerBound, last: items.last?.numbers.upperBound ?? first.numbers.upperBound,
            units: work.projection.unitsStored(of: first.numbers.lowerBound))
        try write(next, to: file)
        do throws(StateError) { try project(items, of: size, from: &queue, with: &work) } catch {
            try? file.write(attempt.resting)
            throw error
        }
    }

    private func project(
        _ items: ArraySlice<WorkQueue.Item>, of size: BatchSize, from queue: inout WorkQueue, with work: inout EntryProjector
    ) throws(StateError) {
        try noteConfigurations(of: items, mapper: &work.mapper)
        try note(items.filter(\.isUnreadable).map(\.numbers), from: plan.rules?.entry)
        let done = try plan.store.withWriter { database in
            var done = 0
            try database.inParts {
                let began = BatchSize.threadTime()
                for item in items {
                    try project(item, with: &work, in: database)
                    done += 1
                    if work.projection.isFull { break }
                    // Asking costs as much as a small part of an entry.
                    if done % BatchSize.entriesBetweenLooks == 0, BatchSize.threadTime() - began >= size.nanoseconds { break }
                }
                try work.projection.flush(to: database)
            }
            return done
        }
        if work.projection.erasures > erasures {
            erasures = work.projection.erasures
            plan.store.noteErasure()
        }
        if items.prefix(done).contains(where: { $0.bodyBytes >= Self.largeBody }) { returns = Self.returnsAfterLarge }
        queue.remove(done)
    }

    /// Writes down which entries cannot be read, of which the journal does not say so yet, before anything is made of those behind them.
    ///
    /// - Parameter entry: The one from which on they are left out; nothing where that is so at their own place.
    func note(_ unreadable: [ClosedRange<UInt64>], from entry: UInt64?) throws(StateError) {
        guard !unreadable.isEmpty, let known = survey?.unread.leftOut(during: entry) else { return }
        var told: [(note: UnreadNote, entry: UInt64)] = []
        // What stands in the journal already is known, also where the next one cannot be written.
        defer {
            survey?.add(told)
            leftOut = survey?.leftOut ?? leftOut
        }
        for note in UnreadNote.notes(of: EntryRanges(unreadable).subtracting(known), during: entry) {
            var number = UInt64.max
            if plan.writesNotes {
                plan.options.log.error("\(note.words)")
                number = try BlockingAppend.append(EntryDraft(kind: .notice, body: note.notice.bytes), to: plan.journal).number
            }
            told.append((note, number))
            settled = nil
        }
    }

    /// Writes down which configurations cannot be read that receipts refer to, before these are mapped with others. At its own place one of them may have
    /// been read, and so may have been used before.
    private func noteConfigurations(of items: ArraySlice<WorkQueue.Item>, mapper: inout any ReceiptMapper) throws(StateError) {
        // An item is not copied for a look at it.
        for index in items.indices {
            guard let generation = items[index].configuration else { continue }
            let number = items[index].numbers.lowerBound
            leaveOut(at: number, &mapper)
            guard lookedAt.insert(generation).inserted, try mapper.use(of: generation).why == .missing, generation != number, try isKept(generation)
            else { continue }
            try note([generation...generation], from: plan.rules?.entry ?? number)
        }
    }

    /// Whether the journal begins before the entry, so that it is not its age for which it is missing.
    private func isKept(_ number: UInt64) throws(StateError) -> Bool {
        var reader = plan.source.reader(1)
        return try reader.entries(limit: 1, maxBytes: 1).first.map { $0.number <= number } ?? false
    }

    /// Has the mapper be without the configurations that count as unreadable where the entry is projected.
    private func leaveOut(at entry: UInt64, _ mapper: inout any ReceiptMapper) {
        let place = plan.rules?.entry ?? entry
        guard settled?.contains(place) != true, let unread = survey?.unread else { return }
        mapper.leaveOut(unread.leftOut(during: place))
        settled = place...(unread.nextChange(after: place).map { $0 - 1 } ?? .max)
        lookedAt = []
    }

    /// Whether something is left out that had been read at its place.
    var isWithoutWhatCounted: Bool {
        guard let unread = survey?.unread else { return false }
        return !leftOut.subtracting(unread.leftOut(during: nil)).isEmpty
    }

    /// Has the entries taken in that were left out and can be read by now; whether there are any. It is looked for them once.
    private func takeInAgain(through end: UInt64) throws(StateError) -> Bool {
        guard !hasLooked, plan.writesNotes, plan.rules == nil else { return false }
        hasLooked = true
        guard let note = try ReadableAgain(store: plan.store, source: plan.source).note(through: end) else { return false }
        plan.options.log.notice("what could not be read of the journal can be read again (entries: \(note.entries.count)): it is taken in")
        _ = try BlockingAppend.append(note.draft, to: plan.journal)
        return true
    }

    /// Has a large entry carried out. A death counts against it only while no part of it gets done: a long one is ended by stops and restarts
    /// that are not its fault.
    private func take(_ entry: Entry, _ large: LargeEntry, by carryOut: CarryOut, file: borrowing AttemptFile) throws(StateError) {
        if attempt.isSuspect(entry.number), !waitBeforeSuspect() { return }
        defer { plan.watchdog?.rest() }
        do throws(StateError) {
            try carryOut(entry, large) { mark throws(StateError) in
                switch mark {
                case .begins:
                    plan.watchdog?.take(entry.number)
                    try write(attempt.taking(first: entry.number, last: entry.number), to: file)
                case .ends:
                    plan.watchdog?.rest()
                    try write(attempt.gettingOn, to: file)
                }
            }
        } catch {
            try? file.write(attempt.resting)
            throw error.at(entry)
        }
    }

    /// Lets the start get through before the first entry that may end the process again; false when the run is to stop.
    private func waitBeforeSuspect() -> Bool {
        guard !hasWaited else { return true }
        hasWaited = true
        let pause = plan.options.suspectPauseMilliseconds
        let latest = ContinuousClock.now + .milliseconds(pause * 5)
        while pause > 0, !plan.isServing(), ContinuousClock.now < latest, !plan.shouldStop() { poll(nil, 0, 20) }
        let end = ContinuousClock.now + .milliseconds(pause)
        while ContinuousClock.now < end, !plan.shouldStop() { poll(nil, 0, 20) }
        return !plan.shouldStop()
    }

    private func project(_ item: WorkQueue.Item, with work: inout EntryProjector, in database: Database) throws {
        guard let entry = item.entry else {
            if item.isOwn { return try work.projection.pass(unreadOwn: item.numbers.lowerBound, in: database) }
            return try work.projection.skip(item.numbers, in: database)
        }
        leaveOut(at: entry.number, &work.mapper)
        if entry.kind == .receipt { try work.mapper.prepare(entry.generation) }
        plan.watchdog?.take(entry.number)
        defer { plan.watchdog?.rest() }
        try work.project(entry, in: database)
    }

    /// Leaves out what was alone in work at too many deaths: with an entry in the journal first, so that no replay meets it again.
    private func condemn(in survey: inout JournalSurvey) throws(StateError) {
        for suspects in attempt.condemned where !survey.isQuarantined(suspects.first) {
            if let entry = try plan.source.entry(suspects.first), entry.kind != .receipt { throw StateError.stuck(at: entry) }
            try quarantine(suspects.first, deaths: suspects.deaths, reason: "the process ended each time it was projected")
            survey = self.survey ?? survey
        }
    }

    /// Writes down that a receipt is left out from here on.
    private func quarantine(_ receipt: UInt64, deaths: Int, reason: String) throws(StateError) {
        let note = QuarantineNote(receipt: receipt, deaths: deaths, reason: reason, during: plan.rules?.entry)
        plan.options.log.error("receipt \(receipt) is left out: \(reason)")
        var entry = UInt64.max
        if plan.writesNotes { entry = try BlockingAppend.append(EntryDraft(kind: .quarantine, body: note.bytes), to: plan.journal).number }
        survey?.add(note, entry: entry)
    }

    /// What stayed of an erased receipt; behind what was read ahead too, since it may have been erased just now.
    private func husk(of receipt: UInt64) throws(StateError) -> Husk? {
        if survey?.husk(of: receipt) == nil, let through = survey?.through, case let last = max(through, receipt), last < .max {
            try survey?.read(plan.source, from: last + 1, through: plan.source.watermark(), isStopping: plan.shouldStop)
        }
        guard let number = survey?.husk(of: receipt), let decision = try plan.source.entry(number).flatMap({ EraseDecision(parsing: $0.body.bytes ?? []) })
        else { return nil }
        return Husk(parsing: decision.husk)
    }

    /// What the journal says about receipts that are still to be projected; read once.
    private func surveyed(after position: UInt64) throws(StateError) -> JournalSurvey {
        if let survey { return survey }
        var survey = JournalSurvey(during: plan.rules?.entry)
        try survey.read(plan.source, from: position + 1, through: plan.source.watermark(), isStopping: plan.shouldStop)
        self.survey = survey
        if plan.writesNotes { try eraseWhatIsDecided(survey.erased) }
        if !plan.shouldStop() { plan.onSurvey(survey.lastErasure(ofReceiptsThrough: position)) }
        return survey
    }

    /// Has nothing projected or shown of bodies that came back with a segment which was put back. What fails of it others try again and tell of.
    private func eraseWhatIsDecided(_ receipts: Set<UInt64>) throws(StateError) {
        let before = try plan.store.read { try ErasedReceipt.all(in: $0) }
        plan.journal.conceal(Set(before.map(\.number)))
        do throws(JournalError) { try plan.journal.finishErasing(receipts.subtracting(before.map(\.number))) } catch {
            plan.options.log.error("bodies of erased receipts may stand in the journal: \(error.message)")
        }
    }
}

extension StateError {
    /// An entry that ends the process each time, and is nobody's to leave out.
    fileprivate static func stuck(at entry: Entry) -> StateError {
        StateError(
            .stuck,
            "entry \(entry.number) of the journal (\(entry.kind)) ended the process each time it was projected, and what the gateway or a person decided is not left out: update Weir, then remove the file state.db-attempt and start again; receipts are kept meanwhile"
        )
    }

    /// The same, with the entry that could not be carried out.
    fileprivate func at(_ entry: Entry) -> StateError {
        StateError(code, "entry \(entry.number) of the journal (\(entry.kind)) cannot be carried out: \(message)")
    }
}
