/// An IPv4 or IPv6 address; an IPv4 address mapped into IPv6 (`::ffff:192.0.2.1`, RFC 4291 section 2.5.5.2) is the IPv4 address.
package struct IPAddress: Hashable, Sendable {
    /// The 128 bits of the address; those of an IPv4 address are mapped.
    let high: UInt64
    let low: UInt64

    /// Whether it is an IPv4 address.
    package var isIPv4: Bool { high == 0 && low >> 32 == 0xffff }

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    private init(ipv4 value: UInt32) { self.init(high: 0, low: 0xffff_0000_0000 | UInt64(value)) }

    /// Four decimal numbers without leading zeros, or eight groups of hex digits with `::` for a run of zeros; nothing for
    /// short (`127.1`), octal (`010.0.0.1`) and hexadecimal (`0x7f.0.0.1`) forms, zones, and text around it.
    package init?(_ text: String) {
        var text = text
        guard let address = text.withUTF8({ IPAddress(utf8: UnsafeRawBufferPointer($0)) }) else { return nil }
        self = address
    }

    /// The address that exactly these bytes spell.
    package init?(utf8 bytes: UnsafeRawBufferPointer) {
        if let value = Self.ipv4(bytes) {
            self.init(ipv4: value)
        } else if let groups = Self.ipv6(bytes) {
            func half(_ groups: ArraySlice<UInt16>) -> UInt64 { groups.reduce(0) { $0 << 16 | UInt64($1) } }
            self.init(high: half(groups[..<4]), low: half(groups[4...]))
        } else {
            return nil
        }
    }

    /// The address of 4 or 16 bytes in network order; nothing for any other number of bytes.
    package init?(bytes: some Collection<UInt8>) {
        func value(_ bytes: some Sequence<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
        switch bytes.count {
        case 4: self.init(high: 0, low: 0xffff_0000_0000 | value(bytes))
        case 16: self.init(high: value(bytes.prefix(8)), low: value(bytes.dropFirst(8)))
        default: return nil
        }
    }
}

extension IPAddress {
    /// The block that addresses are counted by: an IPv4 address alone, of IPv6 the /64, in which one machine has as many as it likes.
    package var countingBlock: AddressBlock { AddressBlock(base: isIPv4 ? self : IPAddress(high: high, low: 0), prefix: isIPv4 ? 128 : 64) }

    /// The addresses that packets to this one may end at: an IPv4 address that it stands for, itself, or both.
    ///
    /// It stands for an IPv4 address alone when it is IPv4-compatible (`::/96`, RFC 4291 section 2.5.5.1), IPv4-translated
    /// (`::ffff:0:0:0/96`, RFC 2765), of NAT64 (`64:ff9b::/96`, RFC 6052; `64:ff9b:1::/48`, RFC 8215) or 6to4 (`2002::/16`, RFC 3056).
    /// Addresses of Teredo (`2001::/32`, RFC 4380) and ISATAP (`::5efe:0:0/96` at the end of any prefix, RFC 5214) are both.
    package var reached: [IPAddress] {
        let tail = UInt32(truncatingIfNeeded: low)
        switch (high, low >> 32) {
        case (0, 0xffff_0000), (0x0064_ff9b_0000_0000, 0): return [IPAddress(ipv4: tail)]
        case (0, 0) where low > 1: return [IPAddress(ipv4: tail)]
        default: break
        }
        if high >> 16 == 0x0064_ff9b_0001 { return reachedThroughLocalNAT64 }
        if high >> 48 == 0x2002 { return [IPAddress(ipv4: UInt32(truncatingIfNeeded: high >> 16))] }
        if high >> 32 == 0x2001_0000 { return [self, IPAddress(ipv4: ~tail)] }
        // The bit that says whether the rest is unique in the world may be set.
        if low >> 32 & ~0x0200_0000 == 0x5efe { return [self, IPAddress(ipv4: tail)] }
        return [self]
    }

    /// Where in the address the IPv4 address stands depends on the length of the prefix that the network chose within
    /// `64:ff9b:1::/48` (RFC 6052 section 2.2: 48, 56, 64 or 96 bits), which cannot be told from outside.
    ///
    /// All four are given but those that no host has (0.0.0.0/8, 224.0.0.0/3), which another length's digits give, unless nothing else
    /// is left.
    private var reachedThroughLocalNAT64: [IPAddress] {
        let values = [
            (high & 0xffff) << 16 | low >> 40 & 0xffff, (high & 0xff) << 24 | low >> 32 & 0xff_ffff, low >> 24 & 0xffff_ffff, low & 0xffff_ffff,
        ].map { UInt32(truncatingIfNeeded: $0) }
        let possible = values.filter { (1...223).contains($0 >> 24) }
        return (possible.isEmpty ? [UInt32(truncatingIfNeeded: low)] : possible).map { IPAddress(ipv4: $0) }
    }
}

extension IPAddress {
    private static func ipv4(_ bytes: UnsafeRawBufferPointer) -> UInt32? {
        guard (7...15).contains(bytes.count) else { return nil }
        var value: UInt32 = 0, octet: UInt32 = 0, digits = 0, octets = 0
        for byte in bytes {
            if byte &- 0x30 < 10 {
                // A zero in front would mean octal to some readers.
                if digits == 1, octet == 0 { return nil }
                octet = octet * 10 + UInt32(byte &- 0x30)
                digits += 1
                guard digits <= 3, octet <= 255 else { return nil }
            } else {
                guard byte == UInt8(ascii: "."), digits > 0, octets < 3 else { return nil }
                value = value << 8 | octet
                (octet, digits, octets) = (0, 0, octets + 1)
            }
        }
        return octets == 3 && digits > 0 ? value << 8 | octet : nil
    }

    private static func ipv6(_ bytes: UnsafeRawBufferPointer) -> [UInt16]? {
        guard (2...45).contains(bytes.count) else { return nil }
        var groups: [UInt16] = []
        var gap: Int?
        var index = 0
        if bytes[0] == colon {
            guard bytes[1] == colon else { return nil }
            (gap, index) = (0, 2)
        }
        while index < bytes.count {
            let end = bytes[index...].firstIndex(of: colon) ?? bytes.count
            let part = UnsafeRawBufferPointer(rebasing: bytes[index..<end])
            if end == bytes.count, let tail = ipv4(part) {
                groups += [UInt16(truncatingIfNeeded: tail >> 16), UInt16(truncatingIfNeeded: tail)]
                break
            }
            guard let group = hexGroup(part) else { return nil }
            groups.append(group)
            guard groups.count <= 8, end < bytes.count else { break }
            index = end + 1
            guard index < bytes.count else { return nil }
            if bytes[index] == colon {
                guard gap == nil else { return nil }
                gap = groups.count
                index += 1
            }
        }
        guard let gap else { return groups.count == 8 ? groups : nil }
        guard groups.count < 8 else { return nil }
        groups.insert(contentsOf: [UInt16](repeating: 0, count: 8 - groups.count), at: gap)
        return groups
    }

    private static let colon = UInt8(ascii: ":")

    private static func hexGroup(_ bytes: UnsafeRawBufferPointer) -> UInt16? {
        guard (1...4).contains(bytes.count) else { return nil }
        var value: UInt16 = 0
        for byte in bytes {
            let digit: UInt8
            switch byte | 0x20 {
            case _ where byte &- 0x30 < 10: digit = byte &- 0x30
            case let letter where letter &- 0x61 < 6: digit = letter &- 0x61 &+ 10
            default: return nil
            }
            value = value << 4 | UInt16(digit)
        }
        return value
    }
}

extension IPAddress: CustomStringConvertible {
    /// Dotted decimal, or the form of RFC 5952: lower case, the longest run of two or more zero groups as `::`.
    package var description: String {
        if isIPv4 { return (0..<4).map { String(low >> (24 - 8 * $0) & 0xff) }.joined(separator: ".") }
        let groups = (0..<8).map { UInt16(truncatingIfNeeded: ($0 < 4 ? high : low) >> (48 - 16 * ($0 % 4))) }
        var run: Range<Int> = 0..<0
        var index = 0
        while index < 8 {
            let end = groups[index...].firstIndex { $0 != 0 } ?? 8
            if end - index > run.count { run = index..<end }
            index = max(end, index + 1)
        }
        func hex(_ groups: ArraySlice<UInt16>) -> String { groups.map { String($0, radix: 16) }.joined(separator: ":") }
        return run.count < 2 ? hex(groups[...]) : hex(groups[..<run.lowerBound]) + "::" + hex(groups[run.upperBound...])
    }
}
