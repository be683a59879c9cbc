import GRDB
import Glibc
import Journal

/// A second state database, into which entries are projected with another configuration; the files go away with it.
struct Shadow {
    let store: StateStore

    /// Opens the shadow at `path`, beginning anew unless what is there was made for the same `entry` and `generation`.
    init(path: String, entry: UInt64, generation: UInt64) throws(StateError) {
        if let store = try? StateStore.open(path: path) {
            let mark = try? store.read { try Row.fetchOne($0, sql: "SELECT entry, generation FROM rebuilds").map { [$0[0] as Int64, $0[1] as Int64] } }
            if let mark, mark == [Int64(clamping: entry), Int64(clamping: generation)] {
                self.store = store
                return
            }
            store.close()
        }
        Self.remove(path: path)
        store = try StateStore.open(path: path)
        try store.withWriter { database in
            try database.execute(
                sql: "INSERT INTO rebuilds VALUES (?, ?, '', 0)", arguments: [Int64(clamping: entry), Int64(clamping: generation)])
        }
    }

    /// Projects `source` through entry `last`; whether it came to the end before `shouldStop`.
    func project(
        _ source: EntrySource, journal: any Journal, through last: UInt64, generation: UInt64, options: ProjectorOptions,
        makeMapper: @escaping @Sendable () -> any ReceiptMapper, writesNotes: Bool, voids: [VoidDecision] = [], shouldStop: @escaping () -> Bool
    ) throws(StateError) -> Bool {
        let plan = ProjectionRun.Plan(
            store: store, source: source, journal: journal, makeMapper: makeMapper, options: options, generation: generation, quietFactor: options.quietFactor,
            through: last,
            writesChanges: false, writesNotes: writesNotes, voids: voids, watchdog: nil, shouldStop: shouldStop, onProgress: { _ in }, rebuild: nil)
        return try ProjectionRun(plan).run() && !shouldStop()
    }

    func remove() {
        store.close()
        Self.remove(path: store.path)
    }

    private static func remove(path: String) {
        for ending in ["", "-wal", "-shm", "-attempt"] { unlink(path + ending) }
    }
}
