import Glibc

/// A range of IP addresses in CIDR notation (RFC 4632); an address alone is a range of one.
package struct AddressBlock: Equatable, Sendable {
    /// As it was written.
    package let text: String
    /// 4 or 16 bytes.
    private let address: [UInt8]
    private let prefixLength: Int

    /// Reads `192.0.2.0/24`, `2001:db8::/32` or one address; bits after the prefix must be zero.
    package init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map { String(decoding: Array($0), as: UTF8.self) }
        guard (1...2).contains(parts.count), let address = Self.bytes(parts[0]) else { return nil }
        var length = address.count * 8
        if parts.count == 2 {
            guard parts[1].utf8.count <= 3, let number = DecimalText.whole(parts[1]), number <= Int64(length) else { return nil }
            length = Int(number)
        }
        guard Self.masked(address, length) == address else { return nil }
        self.text = text
        self.address = address
        prefixLength = length
    }

    /// Whether the IP address `text` is in the range; an IPv4 address inside IPv6 (`::ffff:192.0.2.1`) counts as IPv4.
    package func contains(_ text: String) -> Bool {
        guard let other = Self.bytes(text), other.count == address.count else { return false }
        return Self.masked(other, prefixLength) == address
    }

    private static func bytes(_ text: String) -> [UInt8]? {
        var four = [UInt8](repeating: 0, count: 4)
        if inet_pton(AF_INET, text, &four) == 1 { return four }
        var sixteen = [UInt8](repeating: 0, count: 16)
        guard inet_pton(AF_INET6, text, &sixteen) == 1 else { return nil }
        let mapped = sixteen[..<10].allSatisfy { $0 == 0 } && sixteen[10] == 0xff && sixteen[11] == 0xff
        return mapped ? Array(sixteen[12...]) : sixteen
    }

    private static func masked(_ bytes: [UInt8], _ length: Int) -> [UInt8] {
        bytes.enumerated().map { index, byte in
            let kept = min(max(length - index * 8, 0), 8)
            return kept == 0 ? 0 : byte & (0xff << UInt8(8 - kept))
        }
    }
}
