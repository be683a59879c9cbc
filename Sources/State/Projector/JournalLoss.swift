import GRDB
import Journal
import Logging

/// A journal that ends before state.db's position has lost entries; their numbers will be given again, under another tag.
enum JournalLoss {
    /// If entries are missing, says so, has a new tag minted, and takes state.db back to the journal's end.
    ///
    /// What the lost entries made stays: changes are facts, and records will be corrected by what vendors send next.
    static func settle(store: StateStore, journal: any Journal, log: Logger) async throws(StateError) {
        let position = try store.read { try Position(from: $0) }
        let end = journal.watermark
        guard position.entry > end else { return }
        let reason = "state.db had taken in entries up to \(position.entry), the journal ends at \(end)"
        log.error("entries of the journal are lost: \(reason)")
        do { _ = try await journal.mintTag(reason: reason) } catch {
            throw StateError(.journal, "\(reason), and no new tag can be written: \(error.message)")
        }
        try store.withWriter { database in
            try database.inTransaction(.immediate) {
                for table in ["events", "event_keys", "event_key_index", "quarantined", "voids", "rebuilds"] {
                    let column = table == "quarantined" ? "receipt" : "entry"
                    try database.execute(sql: "DELETE FROM \(table) WHERE \(column) > ?", arguments: [Int64(clamping: end)])
                }
                try database.execute(
                    sql: "UPDATE event_key_merge SET indexed = min(indexed, :end), merging = min(merging, :end)",
                    arguments: ["end": Int64(clamping: end)])
                try database.execute(sql: "UPDATE projection SET entry = ?", arguments: [Int64(clamping: end)])
                return .commit
            }
        }
    }
}
