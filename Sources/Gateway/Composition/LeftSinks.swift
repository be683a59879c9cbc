import Delivery
import State

/// Sinks that have left the configuration with something still to do: what is theirs stays in the ledger until they come back.
package enum LeftSinks {
    /// A sentence about each sink that `ledger.db` knows, that the configuration does not name, and that is not done.
    ///
    /// Nothing when there is no `ledger.db` that can be read: whether anything can be delivered is another question.
    package static func sentences(_ configuration: GatewayConfiguration) async -> [String] {
        let storage = configuration.storage
        guard FilePaths.exists(storage.ledgerFile), let ledger = try? LedgerReader(path: storage.ledgerFile), let positions = try? ledger.positions() else {
            return []
        }
        var last: UInt64?
        if FilePaths.exists(storage.stateFile), let store = try? StateStore.openReadOnly(path: storage.stateFile) {
            last = try? await StateQueries(store: store).lastSequence()
            store.close()
        }
        let known = Set(configuration.sinks.map(\.name))
        return sentences(positions.filter { !known.contains($0.name) }, (try? ledger.counts()) ?? [:], last: last)
    }

    static func sentences(_ positions: [SinkPosition], _ counts: [String: [OpenItem.State: UInt64]], last: UInt64?) -> [String] {
        positions.compactMap { position in
            let status = SinkStatus(name: position.name, type: "", position: position, counts: counts[position.name] ?? [:], last: last)
            let parts = [(status.pending ?? status.again, "pending"), (status.retrying + status.held, "waiting"), (status.dead, "dead")]
            let words = parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
            guard !words.isEmpty else { return nil }
            return
                "sink '\(position.name)' is not configured, and its changes (\(words.joined(separator: ", "))) stay where they are: under the same name it goes on with them"
        }
    }
}
