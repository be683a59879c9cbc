import GRDB
import Glibc
import Journal
import Logging

/// The projector's thread: reads the journal, projects in short transactions, and starts over after an error.
final class ProjectorLoop {
    private static let pauseMillisecondsMax: Int32 = 10_000
    private static let idleMilliseconds = 200

    private let projector: Projector
    private let watchdog: Watchdog
    private var attempt = Attempt.none
    private var survey: JournalSurvey?

    init(_ projector: Projector) {
        self.projector = projector
        watchdog = Watchdog(
            limitMilliseconds: PoisonSwitch.watchdogMilliseconds(projector.options.watchdogMilliseconds), onHang: projector.options.onHang)
    }

    /// Projects until the projector is stopped.
    func run() {
        var pause: Int32 = 100
        defer { watchdog.stop() }
        watchdog.start()
        while !projector.shouldStop {
            do throws(StateError) {
                try session { pause = 100 }
            } catch {
                watchdog.rest()
                projector.report(failure: error)
                wait(pause)
                pause = min(pause * 2, Self.pauseMillisecondsMax)
                // A failed reopening shows again in the next session.
                if error.code != .journal { try? projector.store.reopen() }
            }
        }
    }

    /// Works until an error or the stop; `onProgress` is called after each transaction.
    private func session(onProgress: () -> Void) throws(StateError) {
        let file = try AttemptFile(path: projector.store.path + "-attempt")
        let start = try projector.store.read { try Position(from: $0) }
        if attempt == .none { attempt = (file.read() ?? .none).atStart(position: start.entry) }
        var survey = try surveyed(after: start.entry)
        try condemn(in: &survey)
        let projection = try projector.store.withWriter { try Projection(from: $0) }
        var work = EntryProjector(projection: projection, mapper: projector.makeMapper(), survey: survey)
        var queue = WorkQueue(journal: projector.journal, after: start.entry)
        while !projector.shouldStop {
            guard try queue.fill(limit: projector.options.batchEntries, maxBytes: projector.options.batchBytes) else {
                _ = projector.journal.waitForEntries(after: queue.lastNumber, milliseconds: Self.idleMilliseconds)
                continue
            }
            if case .entry(let entry)? = queue.items.first, entry.kind == .rebuild {
                try RebuildApplication(projector: projector, entry: entry, survey: work.survey).run()
                // Another projection takes up what the rebuild made of state.db.
                return projector.report(try projector.store.read { try Position(from: $0) })
            }
            try batch(&queue, with: &work, file: file)
            projector.report(projection.position)
            onProgress()
        }
        try file.write(Attempt(first: 0, last: 0, deaths: 0, suspectsEnd: attempt.suspectsEnd))
    }

    /// Projects what one transaction may hold.
    private func batch(_ queue: inout WorkQueue, with work: inout EntryProjector, file: borrowing AttemptFile) throws(StateError) {
        var items = queue.items.prefix { !$0.isRebuild }
        guard let first = items.first else { return }
        if attempt.isSuspect(first.firstNumber) { items = items.prefix(1) }
        guard let last = items.last else { return }
        attempt = attempt.taking(first: first.firstNumber, last: last.lastNumber)
        try file.write(attempt)
        let limit = Duration.milliseconds(projector.options.batchMilliseconds)
        let done = try projector.store.withWriter { database in
            var done = 0
            try database.inTransaction(.immediate) {
                let began = ContinuousClock.now
                for item in items {
                    try project(item, with: &work, in: database)
                    done += 1
                    if ContinuousClock.now - began >= limit { break }
                }
                try work.projection.flush(to: database)
                return .commit
            }
            return done
        }
        queue.remove(done)
    }

    private func project(_ item: WorkQueue.Item, with work: inout EntryProjector, in database: Database) throws {
        switch item {
        case .skipped(let numbers): try work.projection.skip(numbers, in: database)
        case .entry(let entry):
            watchdog.take(entry.number)
            try work.project(entry, in: database)
            watchdog.rest()
        }
    }

    /// Leaves out the entry that was alone in work at too many deaths: with an entry in the journal first, so that no replay meets it again.
    private func condemn(in survey: inout JournalSurvey) throws(StateError) {
        guard let number = attempt.condemned, !survey.isQuarantined(number, generation: nil) else { return }
        let note = QuarantineNote(receipt: number, deaths: attempt.deaths, reason: "the process ended each time it was projected")
        projector.options.log.error("receipt \(number) is left out: the process ended \(attempt.deaths) times with it in work")
        _ = try BlockingAppend.append(EntryDraft(kind: .quarantine, body: note.bytes), to: projector.journal)
        survey.add(note)
        self.survey = survey
    }

    /// What the journal says about receipts that are still to be projected; read once.
    private func surveyed(after position: UInt64) throws(StateError) -> JournalSurvey {
        if let survey { return survey }
        var survey = JournalSurvey()
        try survey.read(projector.journal, from: position + 1, through: projector.journal.watermark) { projector.shouldStop }
        self.survey = survey
        return survey
    }

    private func wait(_ milliseconds: Int32) {
        var left = milliseconds
        while left > 0, !projector.shouldStop {
            poll(nil, 0, min(left, 100))
            left -= 100
        }
    }
}
