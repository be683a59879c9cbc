import GRDB
import Glibc
import Journal

/// A second state database, into which entries are projected by other rules; the files go away with it.
struct Shadow {
    let store: StateStore

    /// Opens the shadow at `path`, beginning anew unless what is there was made for the same `entry` and `generation`.
    init(path: String, entry: UInt64, generation: UInt64) throws(StateError) {
        if let store = try? StateStore.open(path: path) {
            let mark = try? store.read {
                try CheckedRow.fetchOne($0, sql: "SELECT entry, generation FROM rebuilds").map { try [$0[0] as Int64, $0[1] as Int64] }
            }
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

    /// How the shadow is projected through entry `through`: without changes, and to its end in one go.
    func plan(
        _ source: EntrySource, journal: any Journal, makeMapper: @escaping @Sendable () -> any ReceiptMapper, options: ProjectorOptions,
        rules: RebuildRules, through: UInt64, shouldStop: @escaping () -> Bool
    ) -> ProjectionRun.Plan {
        ProjectionRun.Plan(
            store: store, source: source, journal: journal, makeMapper: makeMapper, options: options, rules: rules, quietFactor: options.quietFactor,
            through: through, writesChanges: false, shouldStop: shouldStop, onProgress: { _ in })
    }

    func remove() {
        store.close()
        Self.remove(path: store.path)
    }

    private static func remove(path: String) {
        for ending in ["", "-wal", "-shm", "-attempt"] { unlink(path + ending) }
    }
}
