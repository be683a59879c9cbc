/// An absolute http or https URL, split no further than settings need (RFC 3986).
package struct WebURL: Equatable, Sendable {
    /// As it was written.
    package let text: String
    /// `http` or `https`.
    package let scheme: String
    /// Without the brackets of an IPv6 address.
    package let host: String
    /// Whether there is anything after the host and port but a slash.
    package let hasPath: Bool

    /// Nothing for another scheme, an empty host, a bad port, a user name, a fragment, white space or control characters.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.allSatisfy({ $0 > 0x20 && $0 != 0x7f && $0 != UInt8(ascii: "#") && $0 != UInt8(ascii: "\\") }) else { return nil }
        guard let scheme = ["https", "http"].first(where: { text.lowercased().dropping(prefix: $0 + "://") != nil }) else { return nil }
        let rest = bytes.dropFirst(scheme.utf8.count + 3)
        let authority = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
        guard !authority.contains(UInt8(ascii: "@")), let host = Self.host(authority) else { return nil }
        self.text = text
        self.scheme = scheme
        self.host = host
        hasPath = rest.count > authority.count + 1
    }

    /// Whether the host is an IP address.
    package var hostIsAddress: Bool { AddressBlock(host) != nil && !host.utf8.contains(UInt8(ascii: "/")) }

    private static func host(_ authority: ArraySlice<UInt8>) -> String? {
        var host = authority
        var port: ArraySlice<UInt8> = []
        if authority.first == UInt8(ascii: "["), let end = authority.firstIndex(of: UInt8(ascii: "]")) {
            host = authority[(authority.startIndex + 1)..<end]
            port = authority[(end + 1)...]
            guard port.isEmpty || port.first == UInt8(ascii: ":"), AddressBlock(String(decoding: host, as: UTF8.self)) != nil else { return nil }
        } else if let colon = authority.firstIndex(of: UInt8(ascii: ":")) {
            host = authority[..<colon]
            port = authority[colon...]
        }
        if !port.isEmpty {
            guard let number = DecimalText.whole(String(decoding: port.dropFirst(), as: UTF8.self)), (1...65_535).contains(number) else { return nil }
        }
        guard !host.isEmpty, host.count <= 253 else { return nil }
        return String(decoding: host, as: UTF8.self)
    }
}
