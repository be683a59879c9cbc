import Glibc

/// An IPv4 or IPv6 address.
package enum IPAddress: Hashable, Sendable, CustomStringConvertible {
    case v4(UInt32)
    case v6(high: UInt64, low: UInt64)

    /// Reads the textual forms of `inet_pton(3)`: four decimal numbers, or RFC 4291 text without a zone.
    package init?(_ text: String) {
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &bytes) == 1 {
            self = .v4(UInt32(truncatingIfNeeded: Self.bigEndian(bytes[0..<4])))
        } else if inet_pton(AF_INET6, text, &bytes) == 1 {
            self = .v6(high: Self.bigEndian(bytes[0..<8]), low: Self.bigEndian(bytes[8..<16]))
        } else {
            return nil
        }
    }

    /// Reads a `struct sockaddr`; nothing for a family other than `AF_INET` and `AF_INET6`, or for too few bytes.
    package init?(socketAddress bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= MemoryLayout<sockaddr_in>.size else { return nil }
        switch Int32(bytes.loadUnaligned(as: sa_family_t.self)) {
        case AF_INET:
            self = .v4(UInt32(truncatingIfNeeded: Self.bigEndian(bytes[4..<8])))
        case AF_INET6:
            guard bytes.count >= 24 else { return nil }
            self = .v6(high: Self.bigEndian(bytes[8..<16]), low: Self.bigEndian(bytes[16..<24]))
        default:
            return nil
        }
    }

    /// The IPv4 address that an IPv6 address stands for, or the address itself.
    ///
    /// IPv4-mapped `::ffff:0:0/96` and IPv4-compatible `::/96` (RFC 4291 section 2.5.5), IPv4-translated `::ffff:0:0:0/96`
    /// (RFC 2765), NAT64 `64:ff9b::/96` (RFC 6052), and 6to4 `2002::/16` (RFC 3056).
    package var unwrapped: IPAddress {
        guard case .v6(let high, let low) = self else { return self }
        let tail = UInt32(truncatingIfNeeded: low)
        switch (high, low >> 32) {
        case (0, 0xffff), (0, 0xffff_0000), (0x0064_ff9b_0000_0000, 0): return .v4(tail)
        case (0, 0) where low > 1: return .v4(tail)
        default: break
        }
        guard high >> 48 == 0x2002 else { return self }
        return .v4(UInt32(truncatingIfNeeded: high >> 16))
    }

    package var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        switch self {
        case .v4(let value):
            var address = value.bigEndian
            _ = inet_ntop(AF_INET, &address, &text, socklen_t(INET6_ADDRSTRLEN))
        case .v6(let high, let low):
            var address = (high.bigEndian, low.bigEndian)
            _ = inet_ntop(AF_INET6, &address, &text, socklen_t(INET6_ADDRSTRLEN))
        }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func bigEndian(_ bytes: some Sequence<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}
