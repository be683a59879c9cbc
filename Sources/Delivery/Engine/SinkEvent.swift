import FindingModel

/// What a sink's machine has to tell people.
enum SinkEvent: Equatable, Sendable {
    /// The first failure after a success.
    case fails(DeliveryFailure)
    case paused(DeliveryFailure)
    /// It takes changes again.
    case recovered(SinkHealth.Outage)
    /// A change became a dead letter.
    case died(OpenItem, String)
    /// So many that were told to be dead letters are none, because the sink takes nothing at all.
    case pendingAgain(Int)
    /// A change was no longer kept when its turn came.
    case expired(UInt64)
}
