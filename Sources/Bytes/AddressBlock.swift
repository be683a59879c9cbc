/// Addresses with a common beginning, in CIDR notation (RFC 4632): `192.0.2.0/24`, `2001:db8::/32`, or one address.
package struct AddressBlock: Hashable, Sendable {
    private let base: IPAddress
    /// Bits of the common beginning, out of 128.
    private let prefix: Int

    /// `base` has no bits beyond the first `prefix`, of which there are at most 128.
    init(base: IPAddress, prefix: Int) {
        self.base = base
        self.prefix = prefix
    }

    /// Reads a block; refuses short and octal forms, and bits after the common beginning, which would hide a slip.
    package init(_ text: String) throws(AddressBlockError) {
        let pieces = text.utf8.split(separator: UInt8(ascii: "/"), maxSplits: 1, omittingEmptySubsequences: false).map { String(Substring($0)) }
        guard let first = pieces.first, let address = IPAddress(first) else {
            throw AddressBlockError("'\(text)' is no address and no block of addresses such as 10.0.0.0/8 or fd00::/8")
        }
        let writtenAsIPv4 = !first.utf8.contains(UInt8(ascii: ":"))
        let width = writtenAsIPv4 ? 32 : 128
        var bits = width
        if pieces.count > 1 {
            guard let read = Self.prefix(pieces[1]), read <= width else {
                throw AddressBlockError("'\(text)' needs a number of bits from 0 to \(width) after '/'")
            }
            bits = read
        }
        let prefix = bits + 128 - width
        let mask = Self.mask(prefix)
        base = IPAddress(high: address.high & mask.high, low: address.low & mask.low)
        self.prefix = prefix
        guard base == address else {
            // Blocks wider than the mapped range are IPv6 blocks, and so is their spelling.
            throw AddressBlockError("'\(text)' has bits set beyond the first \(bits)", hint: "\(base)/\(base.isIPv4 ? prefix - 96 : prefix)")
        }
    }

    /// Whether `address` is in the block; an IPv6 block holds no IPv4 addresses.
    package func contains(_ address: IPAddress) -> Bool {
        guard address.isIPv4 == isIPv4 else { return false }
        let mask = Self.mask(prefix)
        return address.high & mask.high == base.high && address.low & mask.low == base.low
    }

    /// Whether every address of `other` is in the block.
    package func contains(_ other: AddressBlock) -> Bool { other.prefix >= prefix && contains(other.base) }

    /// Whether the block holds half of all addresses or more, so that it keeps hardly anybody out: `0.0.0.0/0`, `128.0.0.0/1`, `::/0`,
    /// `2000::/3`, which is all of IPv6 that is routed.
    package var isNearlyEverything: Bool { isIPv4 ? prefix <= 97 : prefix <= 3 }

    private var isIPv4: Bool { base.isIPv4 && prefix >= 96 }

    private static func prefix(_ text: String) -> Int? {
        guard (1...3).contains(text.utf8.count), text.utf8.allSatisfy({ $0 &- 0x30 < 10 }), text == "0" || text.utf8.first != UInt8(ascii: "0") else {
            return nil
        }
        return Int(text)
    }

    /// Ones in the first `prefix` bits; a shift by the full width gives zero.
    private static func mask(_ prefix: Int) -> (high: UInt64, low: UInt64) {
        (UInt64.max << UInt64(64 - min(prefix, 64)), UInt64.max << UInt64(64 - max(prefix - 64, 0)))
    }
}

extension AddressBlock: CustomStringConvertible {
    package var description: String { isIPv4 ? "\(base)/\(prefix - 96)" : "\(base)/\(prefix)" }
}

/// A block of addresses that cannot be read.
package struct AddressBlockError: Error, Equatable {
    /// One sentence without a full stop.
    package let message: String
    /// What was probably meant.
    package let hint: String?

    init(_ message: String, hint: String? = nil) {
        self.message = message
        self.hint = hint
    }
}

/// Blocks of addresses, any of which will do.
package struct AddressBlockList: Hashable, Sendable {
    package let blocks: [AddressBlock]

    package init(_ blocks: [AddressBlock]) { self.blocks = blocks }

    /// Every address of both kinds.
    package static let everything = AddressBlockList([
        AddressBlock(base: IPAddress(high: 0, low: 0xffff_0000_0000), prefix: 96), AddressBlock(base: IPAddress(high: 0, low: 0), prefix: 0),
    ])

    package var isEmpty: Bool { blocks.isEmpty }

    package func contains(_ address: IPAddress) -> Bool { blocks.contains { $0.contains(address) } }

    /// Whether `text` is an address in one of the blocks; text that is no address is in none.
    package func contains(_ text: String) -> Bool { IPAddress(text).map { contains($0) } ?? false }
}

extension AddressBlockList: ExpressibleByArrayLiteral {
    package init(arrayLiteral blocks: AddressBlock...) { self.init(blocks) }
}
