/// Which addresses a sink may be reached at; asked with the address that is about to be connected to, so that no name, redirect
/// or changing DNS answer can lead elsewhere.
package struct DestinationPolicy: Hashable, Sendable {
    /// The sink's `networks:`: blocks outside the public Internet, or reached without TLS, that the operator allows.
    package let networks: [AddressBlock]

    package init(networks: [AddressBlock]) { self.networks = networks }

    package enum Decision: Hashable, Sendable {
        case allowed
        /// Why not, as a clause that names the address.
        case refused(String)
    }

    /// Decides about `address`, connected to with TLS or, when `plain`, without.
    package func decide(_ address: IPAddress, plain: Bool) -> Decision {
        let real = address.unwrapped
        let addressClass = AddressClass(real)
        let shown = real == address ? "\(address)" : "\(address) (that is \(real))"
        if addressClass.isAlwaysRefused { return .refused("\(shown) is a \(addressClass.rawValue) address, which is never allowed") }
        if networks.contains(where: { $0.contains(real) || $0.contains(address) }) { return .allowed }
        if addressClass != .publicUse { return .refused("\(shown) is a \(addressClass.rawValue) address that `networks` does not list") }
        return plain ? .refused("only an address that `networks` lists is reached without TLS, and \(shown) is not") : .allowed
    }
}
