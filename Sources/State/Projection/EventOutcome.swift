/// What became of a receipt; the raw values stand in state.db.
package enum EventOutcome: Int64, Sendable, CaseIterable {
    /// Its records were taken in, whether or not they changed anything.
    case mapped = 1
    /// It repeats an event that was taken in before.
    case duplicate
    /// Its kind is listed as of no interest.
    case ignored
    /// A person had the receipts of its source and time left out.
    case voided
    /// It ended the process too often, or would have become too much.
    case quarantined
    /// Its bytes are damaged, or no adapter in force can read them.
    case unreadable
    /// Its body was erased before it was projected.
    case erased

    /// The word in tables and metrics.
    package var word: String { "\(self)" }
}
