import FindingModel

/// What one transaction of the ledger brings a sink to.
struct LedgerWrite: Sendable {
    /// What happens to the row of one change.
    enum Row: Sendable {
        /// The row as it is from now on, with the sink's newest words.
        case put(OpenItem, DeliveryFailure?)
        /// The same row, due at another moment or for another reason; its words stay.
        case move(OpenItem)
        case remove(UInt64)
    }

    var position: SinkPosition
    var rows: [Row] = []
    var deliveries: [DeliveryRow] = []
    /// What is done with above the cursor and was not written down before.
    var done: [DoneAbove] = []
    /// Of a sink that keeps one state of each record: by the records' uids, the ids of the changes that it was told of last.
    var told: [String: String] = [:]
    /// Whether such rows may be there that the cursor has passed.
    var dropsDone = false
    /// The outage that the sink is in from now on, or none; nothing when that has not changed.
    var outage: Outage??

    /// Since when a sink fails, and why.
    struct Outage: Sendable {
        let since: Timestamp
        let isPaused: Bool
        /// How often it has failed since.
        let failures: Int
        let failure: DeliveryFailure
    }

    /// The same without what the sink said.
    var withoutWords: LedgerWrite {
        var write = self
        write.rows = rows.map { if case .put(let item, let failure) = $0 { .put(item, failure?.withoutWords) } else { $0 } }
        if case .some(.some(let known)) = outage {
            write.outage = .some(Outage(since: known.since, isPaused: known.isPaused, failures: known.failures, failure: known.failure.withoutWords))
        }
        return write
    }

    /// Whether there is anything but the position of changes that no route takes.
    var isUrgent: Bool { !rows.isEmpty || !deliveries.isEmpty || outage != nil }
}

/// A change above a cursor that the sink is never asked about again: one row of the ledger, until the cursor has passed it.
struct DoneAbove: Hashable, Sendable {
    let sequence: UInt64
    /// What counts, whatever stands at the sequence.
    let changeID: String
    /// Otherwise it was delivered.
    let isSuperseded: Bool
}
