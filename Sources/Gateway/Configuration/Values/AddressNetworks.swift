import Adapters

/// Networks that the checks of a configuration know by name.
enum AddressNetworks {
    /// Only this machine.
    static let loopback = list("127.0.0.0/8", "::1")

    /// Not on the internet (RFC 1918, RFC 4193, RFC 6598): a sink reaches them only when it lists them.
    static let notPublic = list(
        "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "0.0.0.0/8", "::1", "::", "fc00::/7")

    /// Link-local, cloud metadata among them: no sink reaches them.
    static let linkLocal = list("169.254.0.0/16", "fe80::/10")

    private static func list(_ blocks: String...) -> AddressBlockList { AddressBlockList(blocks.compactMap { try? AddressBlock($0) }) }
}
