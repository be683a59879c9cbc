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
    package static func look(_ ledger: LedgerReader, sink: String, last: UInt64?) throws(LedgerError) -> Forgetting {
        guard let position = try ledger.positions().first(where: { $0.name == sink }) else { return .isUnknown }
        return .forgotten(
            SinkStatus(
                name: sink, type: try ledger.types()[sink] ?? "", position: position, counts: try ledger.counts()[sink] ?? [:],
                replays: try ledger.openReplays(), last: last))
    }

    /// Gives up what the ledger has of it; with `isMade` false it is only looked at.
    package static func run(
        _ ledger: Ledger, sink: String, last: UInt64?, isMade: Bool, andTickets: Bool = false, now: Timestamp
    ) async throws(LedgerError) -> Forgetting {
        guard let position = try await ledger.positions().first(where: { $0.name == sink }) else { return .isUnknown }
        let status = SinkStatus(
            name: sink, type: try await ledger.types()[sink] ?? "", position: position, counts: try await ledger.counts()[sink] ?? [:],
            replays: try await ledger.openReplays(of: sink), last: last)
        if isMade { try await ledger.forget(sink, andTickets: andTickets, at: now) }
        return .forgotten(status)
    }
}
