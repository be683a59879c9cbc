import Journal
import Logging

/// Entries that state.db took in and the journal no longer has: it ends before state.db's position, or has given the number to another entry.
struct JournalLoss {
    /// What was found, in words.
    let reason: String
    /// The last entry that both have taken for the same; nothing later of state.db's is the journal's.
    let common: UInt64

    /// If entries are missing, says so in the journal, and takes state.db back to where the two part.
    ///
    /// What the lost entries made stays: changes are facts, and records will be corrected by what vendors send next. Entries that were given their
    /// numbers are projected like any others; what stands before them in the journal as the last of both is taken in again, which changes nothing.
    static func settle(store: StateStore, journal: any Journal, log: Logger) async throws(StateError) {
        let source = EntrySource(journal)
        if let loss = try JournalLossSearch(store: store, source: source).run(end: journal.watermark, first: journal.firstNumber) {
            log.error("entries of the journal are lost: \(loss.reason)")
            // Durable before state.db forgets that anything was lost.
            let note = LossNote(reason: loss.reason, after: loss.common), told: UInt64
            do { told = try await journal.append(EntryDraft(kind: .notice, body: note.notice.bytes)).number } catch {
                throw StateError(.journal, "\(loss.reason), and that cannot be written to it: \(error.message)")
            }
            try TakeBack(store: store, source: source).forget(after: loss.common, told: told)
        }
    }
}
