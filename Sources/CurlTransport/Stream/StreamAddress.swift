internal import CCurl

/// A checked `tls://host:port`, `tcp://host:port` or `udp://host:port`.
package struct StreamAddress: Hashable, Sendable {
    /// A name or an address, the latter of IPv6 in brackets.
    package let host: String
    /// 1 to 65535.
    package let port: Int
    /// Whether nothing encrypts what goes there.
    package let isPlain: Bool
    /// Whether there is no connection: each message goes by itself (`udp`).
    package let isDatagram: Bool

    /// Checks `text`, which may leave the port out: then it is 6514 for TLS (RFC 5425 section 4.1) and 514 without (RFC 5426 section 3.3).
    ///
    /// The error's code is `invalidRequest` and its message never repeats the text.
    package init(_ text: String) throws(TransportError) {
        guard let scheme = text.utf8.firstRange(of: "://".utf8).map({ String(text[..<$0.lowerBound]).lowercased() }), ["tls", "tcp", "udp"].contains(scheme)
        else {
            throw TransportError(.invalidRequest, "the address begins with none of tls://, tcp:// and udp://")
        }
        isPlain = scheme != "tls"
        isDatagram = scheme == "udp"
        // The library knows none of these schemes, but everything else that an address can be.
        let url = try OutboundURL("\(isPlain ? "http" : "https")\(text.dropFirst(scheme.utf8.count))")
        let rest = text.utf8.dropFirst(scheme.utf8.count + 3)
        guard !rest.dropLast(rest.last == UInt8(ascii: "/") ? 1 : 0).contains(where: { "/?".utf8.contains($0) }) else {
            throw TransportError(.invalidRequest, "the address has a path, and a stream has none: tls://host:port")
        }
        host = url.host
        port = url.port ?? (isPlain ? 514 : 6514)
        guard (1...65535).contains(port) else { throw TransportError(.invalidRequest, "a port is a number from 1 to 65535") }
    }

    /// What the library is told.
    var url: String { "\(isPlain ? "http" : "https")://\(host):\(port)/" }
}
