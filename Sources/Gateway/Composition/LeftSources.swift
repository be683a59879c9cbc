import Console
import State

/// Sources that have left the configuration: what they told stays, and one that only has another name would be told about twice.
package enum LeftSources {
    /// A sentence about each source that `state.db` has receipts of and the configuration does not name, but as the `account:` of one.
    ///
    /// Nothing when there is no `state.db` that can be read: whether one can start is another question.
    package static func sentences(_ configuration: GatewayConfiguration) async -> [String] {
        let path = configuration.storage.stateFile
        guard FilePaths.exists(path), let store = try? StateStore.openReadOnly(path: path) else { return [] }
        defer { store.close() }
        let known = Set(configuration.sourceDescriptions.flatMap { [$0.name, $0.account] })
        let left = ((try? await StateQueries(store: store).sources()) ?? []).filter { !$0.source.isEmpty && $0.understood > 0 && !known.contains($0.source) }
        return left.map { source in
            "source '\(source.source)' is not configured, and what its \(source.understood.counted("receipt")) told stays as it is; if it has another name now, that one has to have the account that it had ('account: \(source.source)' where it had none of its own), or its findings will be told as new ones"
        }
    }
}

extension Int {
    fileprivate func counted(_ noun: String) -> String { "\(self) \(noun)\(self == 1 ? "" : "s")" }
}
