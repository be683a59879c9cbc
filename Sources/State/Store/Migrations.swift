import GRDB

/// The numbered steps that bring a state database from any older version to this one's; a step, once released, never changes.
enum Migrations {
    static let steps: [(number: Int32, sql: String)] = [
        (1, Schema1.sql), (2, Schema2.sql), (3, Schema3.sql), (4, Schema4.sql), (5, Schema5.sql), (6, Schema6.sql), (7, Schema7.sql), (8, Schema8.sql),
        (9, Schema9.sql), (10, Schema10.sql), (11, Schema11.sql), (12, Schema12.sql), (13, Schema13.sql),
        (14, Schema14.sql), (15, Schema15.sql), (16, Schema16.sql), (17, Schema17.sql), (18, Schema18.sql),
        (19, Schema19.sql),
    ]

    /// What the steps together make.
    static let tables = [
        "projection", "sources", "records", "changes", "events", "event_keys", "event_key_index", "event_key_merge", "counters", "drift", "quarantined",
        "voids", "skipped", "rebuilds", "tags", "parts", "touched", "touched_keys", "event_key_form", "drift_told", "erasures",
        "notices_told", "clock_steps", "remakings", "unread", "drift_notices", "turns", "unreadable_search", "own_entries", "own_entries_known",
        "losses",
    ]

    static var newest: Int32 { steps.last?.number ?? 0 }

    /// Refuses a file that is not ours or that a newer version wrote, before anything is opened or changed.
    static func check(path: String) throws(StateError) {
        guard let header = try DatabaseHeader.read(path: path) else { return }
        // Both are zero only in a file whose first migration was never committed.
        if header.applicationID == 0, header.userVersion == 0 { return }
        guard header.applicationID == DatabaseHeader.applicationID else {
            // With our tables in it, it is ours, and its header is damaged.
            if hasOurTables(path) { throw StateError(.corrupt, "\(path) is damaged: its header names another program") }
            throw StateError(.notAStateDatabase, "\(path) is a database of another program: move it away, and it is made again from the journal")
        }
        guard (0...newestEver).contains(header.userVersion) else { throw StateError(.corrupt, "\(path) is damaged: its header names no version") }
        guard header.userVersion <= newest else {
            throw StateError(
                .newerVersion,
                "\(path) was written by a newer version (schema \(header.userVersion), this version knows \(newest)): start that version, or move the file away to have it made again from the journal"
            )
        }
    }

    /// A version that no program will have: what says more is damage.
    private static let newestEver: Int32 = 9999

    private static func hasOurTables(_ path: String) -> Bool {
        let names = try? ReadOnlyDatabase.open(path: path).read { try String.fetchSet($0, sql: "SELECT name FROM sqlite_schema WHERE type = 'table'") }
        return names?.isSuperset(of: ["projection", "records", "changes", "event_keys"]) ?? false
    }

    /// Runs the steps that are missing, each in a transaction of its own, and brings the header into the main file.
    static func run(on database: Database) throws {
        let version = try Int32.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        for step in steps where step.number > version {
            try database.inTransaction(.immediate) {
                try database.execute(sql: step.sql)
                try database.execute(sql: "PRAGMA application_id = \(DatabaseHeader.applicationID)")
                try database.execute(sql: "PRAGMA user_version = \(step.number)")
                return .commit
            }
        }
        if version < newest { try database.checkpoint(.truncate) }
    }
}
