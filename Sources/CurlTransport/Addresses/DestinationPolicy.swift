import Bytes

/// Which addresses a sink may be reached at; asked with the address that is about to be connected to, so that no name, redirect
/// or changing DNS answer can lead elsewhere.
package struct DestinationPolicy: Hashable, Sendable {
    /// The sink's `networks:`: blocks outside the public Internet, or reached without TLS, that the operator allows.
    package let networks: AddressBlockList

    package init(networks: AddressBlockList) { self.networks = networks }

    package enum Decision: Hashable, Sendable {
        case allowed
        /// Why not, as a clause that names the address.
        case refused(String)
    }

    /// Decides about `address`, connected to with TLS or, when `plain`, without: each address that it may lead to is allowed, or it is not.
    package func decide(_ address: IPAddress, plain: Bool) -> Decision {
        var refusal: Decision?
        for reached in address.reached {
            let shown = reached == address ? "\(address)" : "\(address) (that is \(reached))"
            let addressClass = AddressClass(reached)
            if addressClass.isAlwaysRefused { return .refused("\(shown) is a \(addressClass.rawValue) address, which is never allowed") }
            if networks.contains(reached) || networks.contains(address) || refusal != nil { continue }
            if addressClass != .publicUse {
                refusal = .refused("\(shown) is a \(addressClass.rawValue) address that `networks` does not list")
            } else if plain {
                refusal = .refused("a connection without TLS is allowed only towards an address that `networks` lists, and \(shown) is not")
            }
        }
        return refusal ?? .allowed
    }

    /// Whether some `networks:` would allow `address`.
    package static func mayAllow(_ address: IPAddress) -> Bool { !address.reached.contains { AddressClass($0).isAlwaysRefused } }
}
