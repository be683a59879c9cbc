/// A CIDR block (RFC 4632, RFC 4291 section 2.3): the addresses that share the first `length` bits.
package struct AddressBlock: Hashable, Sendable, CustomStringConvertible {
    package let address: IPAddress
    /// 0 to 32 for IPv4, 0 to 128 for IPv6.
    package let length: Int

    /// Reads `10.0.0.0/8`, `fd00::/8`, or one address alone; nothing when it is neither, or has bits beyond its length.
    package init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = IPAddress(String(decoding: first, as: UTF8.self)) else { return nil }
        self.address = address
        let width =
            switch address {
            case .v4: 32
            case .v6: 128
            }
        if parts.count == 2 {
            guard (1...3).contains(parts[1].count), parts[1].allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
                let length = Int(String(decoding: parts[1], as: UTF8.self)), length <= width
            else { return nil }
            self.length = length
        } else {
            length = width
        }
        guard Self.masked(address, length) == address else { return nil }
    }

    package func contains(_ other: IPAddress) -> Bool {
        switch (address, other) {
        case (.v4, .v4), (.v6, .v6): Self.masked(other, length) == address
        default: false
        }
    }

    package var description: String { "\(address)/\(length)" }

    private static func masked(_ address: IPAddress, _ length: Int) -> IPAddress {
        switch address {
        case .v4(let value): .v4(value & ~(UInt32.max >> length))
        case .v6(let high, let low): .v6(high: high & ~(UInt64.max >> length), low: low & ~(UInt64.max >> max(0, length - 64)))
        }
    }
}
