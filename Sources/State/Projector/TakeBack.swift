import Adapters
import FindingModel
import GRDB
import Glibc
import Journal

/// Takes state.db back to an earlier entry, since the journal has lost what came after it.
struct TakeBack {
    let store: StateStore
    let source: EntrySource

    /// Tables with a row for each of some entries, which the projection makes anew as it comes to them.
    private static let byEntry = ["event_keys", "event_key_index", "tags", "clock_steps", "unread"]

    /// Forgets everything after the entry `common`: the journal has lost it, and its numbers belong to others, or will.
    ///
    /// Of what was counted by place, and not by receipt, only the places that lost receipts alone had shown can be told from others.
    ///
    /// - Parameter told: The entry that says so in the journal.
    func forget(after common: UInt64, told: UInt64) throws(StateError) {
        let restored = try Restored(at: common, source), end = Int64(clamping: common)
        let waiting = try store.read { try NoticesBefore(end: end, from: $0) }.read(source)
        try change { database in
            var position = try Position(from: database)
            try uncount(after: end, through: position, in: database)
            for table in Self.byEntry + ["events", "voids", "rebuilds", "parts", "own_entries"] {
                try database.execute(sql: "DELETE FROM \(table) WHERE entry > ?", arguments: [end])
            }
            try database.execute(sql: "DELETE FROM quarantined WHERE receipt > :end OR entry > :end", arguments: ["end": end])
            try database.execute(sql: "DELETE FROM erasures WHERE receipt > ?", arguments: [end])
            try database.execute(sql: "UPDATE erasures SET decision = NULL WHERE decision > ?", arguments: [end])
            try database.execute(sql: "DELETE FROM skipped WHERE first > ?", arguments: [end])
            try database.execute(sql: "UPDATE skipped SET last = :end WHERE last > :end", arguments: ["end": end])
            try restored.write(to: &position, in: database)
            try waiting.write(to: database)
            try forgetDrift(after: end, in: database)
            try database.execute(sql: "UPDATE remakings SET last = :end WHERE last > :end", arguments: ["end": end])
            try database.execute(sql: "INSERT OR REPLACE INTO losses VALUES (1, ?)", arguments: [Int64(clamping: told)])
        }
    }

    private func change(_ body: (Database) throws -> Void) throws(StateError) {
        try store.withWriter { database in
            try database.inTransaction(.immediate) {
                try body(database)
                // What comes next in the row of changes is of an earlier entry, or of one whose number was another's.
                try database.execute(sql: "INSERT OR IGNORE INTO turns SELECT sequence + 1 FROM projection")
                return .commit
            }
        }
        // It names entries by numbers that others may have now.
        unlink(AttemptFile.path(beside: store.path))
    }

    /// Takes the receipts behind `end` out of what is counted.
    private func uncount(after end: Int64, through position: Position, in database: Database) throws {
        let behind: StatementArguments = ["end": end, "last": Int64(clamping: position.entry)]
        try database.execute(
            sql: """
                UPDATE counters SET count = count - (SELECT count(*) FROM events e
                    WHERE e.entry > :end AND e.entry <= :last AND e.source = counters.source AND e.outcome = counters.outcome)
                """, arguments: behind)
        let skipped =
            try Int64.fetchOne(
                database, sql: "SELECT coalesce(sum(last - max(first, ?1 + 1) + 1), 0) FROM skipped WHERE last > ?1", arguments: [end]) ?? 0
        try database.execute(
            sql: "UPDATE counters SET count = count - ? WHERE source = ? AND outcome = ?",
            arguments: [skipped, SourceNames.gateway, EventOutcome.unreadable.rawValue])
        let receipts = try Int64.fetchOne(database, sql: "SELECT count(*) FROM events WHERE entry > :end AND entry <= :last", arguments: behind) ?? 0
        try database.execute(sql: "UPDATE projection SET receipts = receipts - ?", arguments: [skipped + receipts])
    }

    private func forgetDrift(after end: Int64, in database: Database) throws {
        try database.execute(sql: "DELETE FROM drift WHERE first_entry > ?", arguments: [end])
        try shortenDrift(to: end, in: database)
        let sources = try Int64.fetchAll(database, sql: "SELECT source FROM drift_told WHERE entry > ?", arguments: [end])
        for source in sources {
            try database.execute(sql: "DELETE FROM drift_told WHERE source = ?", arguments: [source])
            try database.execute(
                sql: """
                    INSERT INTO drift_told SELECT n.source, c.entry, c.received
                    FROM drift_notices n JOIN records r ON r.uid = n.uid JOIN changes c ON c.record = r.id
                    WHERE n.source = ? AND c.type = 'notice.gateway_drift' AND c.entry <= ? ORDER BY c.entry DESC LIMIT 1
                    """, arguments: [source, end])
        }
    }

    /// Names the first receipt that showed a place as the last, where that is behind `end`: it is the only one of which that is certain.
    private func shortenDrift(to end: Int64, in database: Database) throws {
        try database.execute(
            sql: """
                UPDATE drift SET last_entry = first_entry,
                    last_received = coalesce((SELECT received FROM events WHERE entry = drift.first_entry), last_received)
                WHERE last_entry > ?
                """, arguments: [end])
    }
}

/// What of the position the journal says about an entry that state.db is taken back to.
private struct Restored {
    let entry: Entry?
    let number: UInt64
    let rules: Int

    init(at number: UInt64, _ source: EntrySource) throws(StateError) {
        self.number = number
        entry = try source.entry(number)
        let configuration = try source.configurations().last { $0.number <= number }
        rules = configuration.flatMap { ProjectionConfiguration.rules(in: $0.body.bytes ?? []) } ?? 0
    }

    func write(to position: inout Position, in database: Database) throws {
        let end = Int64(clamping: number)
        position = try Position(from: database)
        position.entry = number
        position.proof = entry.map { EntryProof(of: $0) }
        position.rules = Int64(rules)
        let last = try Int64.fetchOne(database, sql: "SELECT received FROM events WHERE entry <= ? ORDER BY entry DESC LIMIT 1", arguments: [end])
        position.received = entry?.receivedTime.milliseconds ?? last ?? 0
        let tag = try String.fetchOne(database, sql: "SELECT tag FROM tags WHERE entry <= ? ORDER BY entry DESC LIMIT 1", arguments: [end])
        position.tag = tag ?? (end == 0 ? "" : position.tag)
        try position.write(to: database)
        try database.execute(sql: "UPDATE event_key_merge SET indexed = min(indexed, :end), merging = min(merging, :end)", arguments: ["end": end])
    }
}
