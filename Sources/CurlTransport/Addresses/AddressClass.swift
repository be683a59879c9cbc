import Bytes

/// What an address is for.
package enum AddressClass: String, Sendable, CaseIterable {
    /// Where clouds answer questions about the machine itself, credentials included.
    case metadata = "cloud metadata"
    case linkLocal = "link-local"
    case unspecified
    case multicast
    case broadcast
    case loopback
    case privateUse = "private"
    /// Set aside for documentation, benchmarks, protocols or the future.
    case reserved
    case publicUse = "public"

    /// The class of `address` itself: what an IPv6 address stands for is asked first (`IPAddress.reached`).
    package init(_ address: IPAddress) {
        self = Self.blocks.first { $0.block.contains(address) }?.addressClass ?? .publicUse
    }

    /// Whether no setting of a sink can allow it.
    package var isAlwaysRefused: Bool {
        switch self {
        case .metadata, .linkLocal, .unspecified, .multicast, .broadcast: true
        case .loopback, .privateUse, .reserved, .publicUse: false
        }
    }

    /// The special-purpose address registries of IANA (RFC 6890 and later) and the documented metadata addresses of AWS, Azure,
    /// Google Cloud, Oracle and Alibaba; the first block that holds an address decides.
    static let table: [(addressClass: AddressClass, blocks: [String])] = [
        (
            .metadata,
            ["169.254.169.254", "169.254.170.2", "100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254"]
        ),
        (.linkLocal, ["169.254.0.0/16", "fe80::/10"]),
        (.unspecified, ["0.0.0.0/8", "::"]),
        (.loopback, ["127.0.0.0/8", "::1"]),
        (.broadcast, ["255.255.255.255"]),
        (.multicast, ["224.0.0.0/4", "ff00::/8"]),
        (.privateUse, ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7", "fec0::/10"]),
        (
            .reserved,
            [
                "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
                "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16",
            ]
        ),
    ]

    /// The class that every address of `block` has, where no setting of a sink can allow it.
    package static func alwaysRefused(_ block: AddressBlock) -> AddressClass? {
        blocks.first { $0.addressClass.isAlwaysRefused && $0.block.contains(block) }?.addressClass
    }

    static let blocks: [(block: AddressBlock, addressClass: AddressClass)] = table.flatMap { row in
        row.blocks.compactMap { try? AddressBlock($0) }.map { ($0, row.addressClass) }
    }
}
