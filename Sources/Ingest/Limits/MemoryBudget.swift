import Bytes
import Adapters

/// The bytes of large bodies in flight, in all and of each client address.
package struct MemoryBudget: Sendable {
    private let bytesMax: Int
    private let bytesPerAddressMax: Int
    /// Bytes reserved now.
    package private(set) var bytes = 0
    private var byAddress: [IPAddress: Int] = [:]

    package init(bytesMax: Int, bytesPerAddressMax: Int) {
        self.bytesMax = bytesMax
        self.bytesPerAddressMax = bytesPerAddressMax
    }

    /// Reserves `count` bytes for `address`, whose source takes bodies of up to `bodyMax` bytes; false when there is no room.
    package mutating func reserve(_ count: Int, for address: IPAddress, bodyMax: Int) -> Bool {
        let own = byAddress[address] ?? 0
        guard count <= bytesMax - bytes, count <= max(bytesPerAddressMax, bodyMax) - own else { return false }
        bytes += count
        byAddress[address] = own + count
        return true
    }

    /// Gives back what was reserved.
    package mutating func release(_ count: Int, for address: IPAddress) {
        guard count > 0 else { return }
        bytes -= min(count, bytes)
        let own = byAddress[address] ?? 0
        byAddress[address] = own > count ? own - count : nil
    }
}
