import Console
import Delivery

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
        let last = await OfflineGateway.lastSequence(storage)
        let known = Set(configuration.sinks.map(\.name))
        return sentences(positions.filter { !known.contains($0.name) }, (try? ledger.counts()) ?? [:], last: last)
    }

    /// A sentence about each sink that `ledger.db` does not know and that begins with changes which a sink of another name has had: it may be the same one.
    package static func renamed(_ configuration: GatewayConfiguration) -> [String] {
        let path = configuration.storage.ledgerFile
        guard FilePaths.exists(path), let reader = try? LedgerReader(path: path), let positions = try? reader.positions() else { return [] }
        let begins = configuration.sinks.filter { $0.start != .now }.map { SinkDescription(name: $0.name, type: $0.type) }
        return renamed(positions, types: (try? reader.types()) ?? [:], configured: Set(configuration.sinks.map(\.name)), begins: begins)
    }

    /// A sentence about each configured sink that was of another kind when it ran.
    package static func changed(_ configuration: GatewayConfiguration) -> [String] {
        let path = configuration.storage.ledgerFile
        guard FilePaths.exists(path), let types = try? LedgerReader(path: path).types() else { return [] }
        return changed(types, configuration.sinkDescriptions)
    }

    /// - Parameters:
    ///   - types: The kinds of the sinks that the ledger knows; of one that ran in an older version it may be any.
    ///   - begins: The configured sinks that are given earlier changes where they are new.
    static func renamed(_ positions: [SinkPosition], types: [String: String], configured: Set<String>, begins: [SinkDescription]) -> [String] {
        let known = Set(positions.map(\.name))
        let left = positions.filter { !configured.contains($0.name) && $0.cursor > $0.start }.map(\.name)
        return begins.filter { !known.contains($0.name) }.compactMap { sink in
            let alike = left.filter { types[$0] ?? sink.type == sink.type }
            guard let first = alike.first else { return nil }
            let names = alike.map { "'\($0)'" }.joined(separator: ", ")
            return
                "sink '\(sink.name)' is new, and begins with earlier changes: if it is \(names) by another name, give it that name again, or it is told all of them once more ('from: now' leaves them out; of one that is gone for good, weir sink forget \(first) says so)"
        }
    }

    static func sentences(_ positions: [SinkPosition], _ counts: [String: [OpenItem.State: UInt64]], last: UInt64?) -> [String] {
        positions.compactMap { position in
            let status = SinkStatus(name: position.name, type: "", position: position, counts: counts[position.name] ?? [:], last: last)
            guard let words = words(of: status) else { return nil }
            return
                "sink '\(position.name)' is not configured, and its changes (\(words)) stay where they are: under the same name it goes on with them, and weir sink forget \(position.name) gives them up"
        }
    }

    /// What is said of one that has left with nothing to do.
    static func departed(_ name: String) -> String {
        "sink '\(name)' is not configured any more: from now on changes are pending for it, until it is configured again or weir sink forget \(name) gives it up"
    }

    /// What the system that was in its place has been told, one of another kind has not been.
    static func changed(_ types: [String: String], _ configured: [SinkDescription]) -> [String] {
        configured.compactMap { sink in
            guard let type = types[sink.name], type != sink.type else { return nil }
            return
                "sink '\(sink.name)' was one of type \(type), and goes on as one of type \(sink.type) with what comes next: weir replay \(sink.name) --from 1 sends what was before; under another name it begins anew"
        }
    }

    /// What a sink has still to do; nothing where that is nothing.
    static func words(of status: SinkStatus) -> String? {
        let parts = [(status.pending ?? status.again, "pending"), (status.retrying + status.held, "waiting"), (status.dead, "dead")]
        let words = parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        return words.isEmpty ? nil : words.joined(separator: ", ")
    }
}
