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

    /// Whether there is anything but the position of changes that no route takes.
    var isUrgent: Bool { !rows.isEmpty || !deliveries.isEmpty }
}
