import FindingModel
import State

/// What comes of the wish to give a sink up that has left the configuration.
package enum Forgetting: Sendable {
    /// No sink of this name ever ran, or it was given up before.
    case isUnknown
    case isConfigured
    /// Its last request is not done yet.
    case isLeaving
    /// What it had done and had still to do; nothing of that is left where it was to be done.
    case forgotten(SinkStatus)

    /// What the ledger has of a sink for which nothing runs.
    ///
    /// - Parameter last: The last sequence there is; nothing where it cannot be read.
    package static func look(_ ledger: LedgerReader, sink: String, last: UInt64?, andTickets: Bool) throws(LedgerError) -> Forgetting {
        try ledger.standing(of: sink, last: last, orTickets: andTickets).map { .forgotten($0) } ?? .isUnknown
    }

    /// Gives up what the ledger has of it; with `isMade` false it is only looked at.
    package static func run(
        _ ledger: Ledger, sink: String, last: UInt64?, isMade: Bool, andTickets: Bool = false, now: Timestamp
    ) async throws(LedgerError) -> Forgetting {
        guard let status = try await ledger.standing(of: sink, last: last, orTickets: andTickets) else { return .isUnknown }
        if isMade { try await ledger.forget(sink, andTickets: andTickets, at: now) }
        return .forgotten(status)
    }
}
