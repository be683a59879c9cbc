import Bytes
import Adapters

/// The open connections, in all and of each client address.
package struct ConnectionCounts: Sendable {
    private let connectionsMax: Int
    private let perAddressMax: Int
    /// Connections open now.
    package private(set) var connections = 0
    private var byAddress: [IPAddress: Int] = [:]

    package init(connectionsMax: Int, perAddressMax: Int) {
        self.connectionsMax = connectionsMax
        self.perAddressMax = perAddressMax
    }

    /// Counts a new connection; false when there are too many.
    package mutating func open() -> Bool {
        guard connections < connectionsMax else { return false }
        connections += 1
        return true
    }

    /// A connection that was counted has ended.
    package mutating func close() { connections -= min(1, connections) }

    /// Counts one connection, or one request behind a proxy, for `address`; false when it has too many.
    package mutating func claim(_ address: IPAddress) -> Bool {
        let own = byAddress[address] ?? 0
        guard own < perAddressMax else { return false }
        byAddress[address] = own + 1
        return true
    }

    /// Ends what `claim` counted.
    package mutating func release(_ address: IPAddress) {
        let own = byAddress[address] ?? 0
        byAddress[address] = own > 1 ? own - 1 : nil
    }
}
