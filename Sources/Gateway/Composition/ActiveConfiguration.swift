import Adapters
import Digests
import Synchronization

/// The configuration in force, which a reload replaces.
final class ActiveConfiguration: Sendable {
    private let state: Mutex<(configuration: GatewayConfiguration, generation: UInt64, mapping: String)>

    init(_ configuration: GatewayConfiguration, generation: UInt64) { state = Mutex((configuration, generation, configuration.mappingDigest)) }

    var configuration: GatewayConfiguration { state.withLock { $0.configuration } }

    /// The `config` entry in force.
    var generation: UInt64 { state.withLock { $0.generation } }

    /// The configuration's `mappingDigest`.
    var mappingDigest: String { state.withLock { $0.mapping } }

    func replace(_ configuration: GatewayConfiguration, generation: UInt64) {
        let mapping = configuration.mappingDigest
        state.withLock { $0 = (configuration, generation, mapping) }
    }

    /// Whether the source `name` takes the secret with this SHA-256; nothing when there is no such source.
    func takes(secretDigest digest: String, source name: String) -> Bool? {
        let source = state.withLock { $0.configuration.sources.first { $0.name == name } }
        return source.map { $0.secrets.contains { SHA256Hash.digest(of: $0.value).hex == digest } }
    }
}
