import GRDB
import Journal
import Logging

/// Entries that state.db took in and the journal no longer has: it ends before state.db's position, or has given the number to another entry.
struct JournalLoss {
    /// The last entry that state.db had taken in.
    let position: UInt64
    /// The last entry that both have taken for the same; nothing later of state.db's is the journal's.
    let common: UInt64

    /// If entries are missing, says so in the journal, and takes state.db back to where the two part.
    ///
    /// What the lost entries made stays: changes are facts, and records will be corrected by what vendors send next. Entries that were given their
    /// numbers are projected like any others.
    static func settle(store: StateStore, journal: any Journal, log: Logger) async throws(StateError) {
        let source = EntrySource(journal)
        if let loss = try JournalLossSearch(store: store, source: source).run(end: journal.watermark, first: journal.firstNumber) {
            let reason = try loss.words(store)
            log.error("entries of the journal are lost: \(reason)")
            // Durable before state.db forgets that anything was lost.
            let note = LossNote(reason: reason, after: loss.common), told: UInt64
            do { told = try await journal.append(EntryDraft(kind: .notice, body: note.notice.bytes)).number } catch {
                throw StateError(.journal, "\(reason), and that cannot be written to it: \(error.message)")
            }
            try TakeBack(store: store, source: source).forget(after: loss.common, told: told)
        }
    }

    /// What was lost, as far as state.db knows it: of what the gateway wrote itself only receipts say which is which.
    private func words(_ store: StateStore) throws(StateError) -> String {
        let lost = try store.read { database in
            try CheckedRow.fetchOne(database, sql: "SELECT count(*), min(entry), max(entry) FROM events WHERE entry > ?", arguments: [Int64(clamping: common)])
                .map { row in try (count: row[0] as Int64, first: row[1] as Int64?, last: row[2] as Int64?) }
        }
        guard let lost, lost.count > 0, let first = lost.first, let last = lost.last else {
            return "state.db had taken in entries up to \(position), of which the journal lacks the last; no receipt is among those"
        }
        let what = lost.count == 1 ? "receipt \(first)" : "\(lost.count) receipts, \(first) to \(last),"
        return "\(what) that state.db had taken in \(lost.count == 1 ? "is" : "are") not in the journal any more, and numbers from \(first) on are given again"
    }
}
