import FindingModel
import GRDB
import Journal
import Logging

/// Carries out a `rebuild` entry: projects every earlier entry with one configuration into a shadow, then brings state.db in line with it and
/// tells the differences as changes of that entry.
///
/// A pure function of the journal, like everything else; it can be interrupted at any point and goes on where it was.
struct RebuildApplication {
    let store: StateStore
    let journal: any Journal
    let makeMapper: @Sendable () -> any ReceiptMapper
    let options: ProjectorOptions
    let shouldStop: () -> Bool

    /// Applies `entry`; returns state.db's position afterwards, or nothing if it was stopped before the end.
    func apply(_ entry: Entry) throws(StateError) -> Position? {
        guard let note = RebuildNote(parsing: entry.body.bytes ?? []), entry.number > 1 else { return try pass(entry) }
        options.log.notice("rebuilding with the configuration of entry \(note.generation)")
        let shadow = try Shadow(path: store.path + "-rebuild", entry: entry.number, generation: note.generation)
        let isWhole = try shadow.project(
            EntrySource(journal), journal: journal, through: entry.number - 1, generation: note.generation, options: options, makeMapper: makeMapper,
            writesNotes: true, shouldStop: shouldStop)
        guard isWhole, let position = try RebuildSwap(store: store, shadow: shadow.store, entry: entry, note: note).run(shouldStop: shouldStop) else {
            shadow.store.close()
            return nil
        }
        shadow.remove()
        options.log.notice("the rebuild is done")
        return position
    }

    /// An entry that asks for nothing is only passed.
    private func pass(_ entry: Entry) throws(StateError) -> Position {
        try store.withWriter { database in
            var position = try Position(from: database)
            try database.inTransaction(.immediate) {
                let projection = try Projection(from: database)
                _ = projection.begin(entry)
                try projection.flush(to: database)
                position = projection.position
                return .commit
            }
            return position
        }
    }
}
