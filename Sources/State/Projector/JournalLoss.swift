import Adapters
import GRDB
import Glibc
import Journal
import Logging

/// Entries that state.db took in and the journal no longer has: it ends before state.db's position, or has given the number to another entry.
struct JournalLoss {
    /// What was found, in words.
    let reason: String
    /// The last entry that both have taken for the same; nothing later of state.db's is the journal's.
    private(set) var common: UInt64

    /// If entries are missing, says so in the journal, and takes state.db back to where the two part.
    ///
    /// What the lost entries made stays: changes are facts, and records will be corrected by what vendors send next. Entries that were given their
    /// numbers are projected like any others; what stands before them in the journal as the last of both is taken in again, which changes nothing.
    static func settle(store: StateStore, journal: any Journal, log: Logger) async throws(StateError) {
        let source = EntrySource(journal)
        let search = JournalLossSearch(store: store, source: source)
        guard var loss = try search.run(end: journal.watermark, first: journal.firstNumber) else {
            return try ReadableAgain.takeIn(store: store, source: source, through: journal.watermark, log: log)
        }
        if let first = try ReadableAgain.first(in: store, source: source, through: loss.common) { loss.common = first - 1 }
        log.error("entries of the journal are lost: \(loss.reason)")
        // Durable before state.db forgets that anything was lost.
        do { _ = try await journal.append(EntryDraft(kind: .notice, body: GatewayNotice.journalLoss(loss.reason).bytes)) } catch {
            throw StateError(.journal, "\(loss.reason), and that cannot be written to it: \(error.message)")
        }
        try takeBack(store, to: loss.common, source)
    }

    /// Takes state.db back to the entry `common`, so that what comes after it is taken in again.
    static func takeBack(_ store: StateStore, to common: UInt64, _ source: EntrySource) throws(StateError) {
        let proof = try source.entry(common).map { EntryProof(of: $0) }
        let configuration = try source.configurations().last { $0.number <= common }
        let rules = configuration.flatMap { ProjectionConfiguration.rules(in: $0.body.bytes ?? []) } ?? 0
        let end = Int64(clamping: common)
        try store.withWriter { database in
            try database.inTransaction(.immediate) {
                try uncount(after: end, in: database)
                for table in ["events", "event_keys", "event_key_index", "quarantined", "voids", "rebuilds", "parts", "tags", "clock_steps", "unread"] {
                    let column = table == "quarantined" ? "receipt" : "entry"
                    try database.execute(sql: "DELETE FROM \(table) WHERE \(column) > ?", arguments: [end])
                }
                try database.execute(sql: "DELETE FROM skipped WHERE first > ?", arguments: [end])
                try database.execute(
                    sql: "UPDATE event_key_merge SET indexed = min(indexed, :end), merging = min(merging, :end)", arguments: ["end": end])
                var position = try Position(from: database)
                position.entry = common
                position.proof = proof
                position.rules = Int64(rules)
                position.received = try Int64.fetchOne(database, sql: "SELECT received FROM events ORDER BY entry DESC LIMIT 1") ?? 0
                position.tag = try String.fetchOne(database, sql: "SELECT tag FROM tags ORDER BY entry DESC LIMIT 1") ?? (end == 0 ? "" : position.tag)
                try position.write(to: database)
                // What was told because of entries that are gone must not show in changes to come, since no rebuild knows of it.
                try database.execute(sql: "DELETE FROM notices_told WHERE received > ?", arguments: [position.received])
                try database.execute(sql: "DELETE FROM drift_told WHERE entry > ?", arguments: [end])
                try database.execute(sql: "DELETE FROM drift WHERE first_entry > ?", arguments: [end])
                return .commit
            }
        }
        // It names entries by numbers that others may have now.
        unlink(AttemptFile.path(beside: store.path))
    }

    /// Takes the receipts behind `end` out of what is counted: their numbers belong to others, or will.
    private static func uncount(after end: Int64, in database: Database) throws {
        try database.execute(
            sql: """
                UPDATE counters SET count = count - (
                    SELECT count(*) FROM events e WHERE e.entry > :end AND e.source = counters.source AND e.outcome = counters.outcome)
                """, arguments: ["end": end])
        let skipped = try Int64.fetchOne(database, sql: "SELECT coalesce(sum(last - first + 1), 0) FROM skipped WHERE first > ?", arguments: [end]) ?? 0
        try database.execute(
            sql: "UPDATE counters SET count = count - ? WHERE source = ? AND outcome = ?",
            arguments: [skipped, SourceNames.gateway, EventOutcome.unreadable.rawValue])
        try database.execute(
            sql: "UPDATE projection SET receipts = receipts - ? - (SELECT count(*) FROM events WHERE entry > ?)", arguments: [skipped, end])
    }
}
