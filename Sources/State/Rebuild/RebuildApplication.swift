import FindingModel
import GRDB
import Journal
import Logging

/// Carries out an entry that concerns earlier receipts: projects them anew into a shadow, by all that was decided up to this entry, then brings
/// state.db in line with it and tells the differences as changes of that entry.
///
/// A pure function of the journal, like everything else; it can be interrupted at any point and goes on where it was.
struct RebuildApplication {
    let store: StateStore
    let journal: any Journal
    let makeMapper: @Sendable () -> any ReceiptMapper
    let options: ProjectorOptions
    /// Ends the process when one receipt takes too long; nothing where that may be.
    var watchdog: Watchdog?
    let shouldStop: () -> Bool

    /// Applies `entry`, which asks for `work`; returns state.db's position afterwards, or nothing if it was stopped before the end.
    ///
    /// - Parameter mark: Called before and after each part of the entry's own work. Projecting into the shadow is that of receipts, which are watched
    ///   and left out one by one.
    func apply(_ entry: Entry, _ work: LargeEntry, mark: (PartMark) throws(StateError) -> Void = { _ in }) throws(StateError) -> Position? {
        options.log.notice("\(work.sentence) (entry \(entry.number))")
        if case .again(let note) = work { try takeInDecisions(of: note) }
        let rules = try store.read { try RebuildRules(for: work, entry: entry.number, from: $0) }
        let shadow = try Shadow(path: store.path + "-rebuild", entry: entry.number, generation: work.generation)
        var plan = shadow.plan(
            EntrySource(journal), journal: journal, makeMapper: makeMapper, options: options, rules: rules,
            through: entry.number - 1, shouldStop: shouldStop)
        plan.watchdog = watchdog
        let run = ProjectionRun(plan)
        guard try run.run(), !shouldStop(), let position = try swap(entry, work, shadow, run).run(shouldStop: shouldStop, mark: mark) else {
            shadow.store.close()
            return nil
        }
        shadow.remove()
        options.log.notice("entry \(entry.number) is carried out")
        return position
    }

    private func swap(_ entry: Entry, _ work: LargeEntry, _ shadow: Shadow, _ run: ProjectionRun) -> RebuildSwap {
        RebuildSwap(
            store: store, shadow: shadow.store, entry: entry, work: work, leftOut: run.leftOut, comparesAll: !work.isVoid || run.isWithoutWhatCounted)
    }

    /// Takes over what people decided in entries that could not be read at their place.
    private func takeInDecisions(of note: RereadNote) throws(StateError) {
        for range in note.entries.ranges {
            var reader = journal.reader(from: range.lowerBound), isDone = false
            while !isDone {
                let entries = try reader.entries(limit: 1024, maxBytes: 8 << 20).prefix { $0.number <= range.upperBound }
                isDone = entries.isEmpty
                let large = entries.compactMap { entry in LargeEntry(entry).map { (Int64(clamping: entry.number), $0) } }
                guard !large.isEmpty else { continue }
                try store.withWriter { database in
                    try database.inTransaction(.immediate) {
                        for (number, work) in large { try work.insert(entry: number, changes: 0, into: database) }
                        try LogMark.count(in: database)
                        return .commit
                    }
                }
            }
        }
    }
}

extension LargeEntry {
    fileprivate var sentence: String {
        switch self {
        case .rebuild(let note): "rebuilding with the configuration of entry \(note.generation)"
        case .again: "taking in what can be read again"
        case .void: "leaving receipts out"
        }
    }
}
