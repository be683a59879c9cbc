import Synchronization

/// The configuration in force, which a reload replaces.
final class ActiveConfiguration: Sendable {
    private let state: Mutex<(configuration: GatewayConfiguration, generation: UInt64)>

    init(_ configuration: GatewayConfiguration, generation: UInt64) { state = Mutex((configuration, generation)) }

    var configuration: GatewayConfiguration { state.withLock { $0.configuration } }

    /// The `config` entry in force.
    var generation: UInt64 { state.withLock { $0.generation } }

    func replace(_ configuration: GatewayConfiguration, generation: UInt64) { state.withLock { $0 = (configuration, generation) } }
}
