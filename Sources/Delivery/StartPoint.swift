import FindingModel

/// Where a sink begins that the ledger does not know yet.
package enum StartPoint: Hashable, Sendable {
    /// With the oldest change kept.
    case beginning
    /// With the first change after its first start.
    case now
    /// With the first change received at that moment or later.
    case time(Timestamp)
}
