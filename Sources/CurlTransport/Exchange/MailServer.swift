internal import CCurl

/// A checked server that takes mail for delivery (RFC 6409): where it is, and how the connection to it is protected.
package struct MailServer: Hashable, Sendable {
    package enum Security: String, Sendable, CaseIterable {
        /// TLS from the first byte (RFC 8314, section 3.3); port 465.
        case tls
        /// TLS begun by STARTTLS (RFC 3207), without which nothing else is said; port 587.
        case starttls
        /// No TLS; port 25.
        case none

        fileprivate var port: Int {
            switch self {
            case .tls: 465
            case .starttls: 587
            case .none: 25
            }
        }
    }

    /// The host as a name or address, an IPv6 address in brackets; what errors and logs show.
    package let host: String
    package let port: Int
    package let security: Security

    /// Checks `smtps://host` or `smtp://host`, each with or without a port; `smtp://` is STARTTLS when `security` says nothing.
    ///
    /// The error's code is `invalidRequest`, and its message never repeats the URL.
    package init(_ text: String, security wanted: Security? = nil) throws(TransportError) {
        let parts = try URLParts(text)
        security = try Self.security(scheme: parts.part(CURLUPART_SCHEME), wanted)
        let path = parts.part(CURLUPART_PATH) ?? "/"
        guard path == "/", parts.part(CURLUPART_QUERY) == nil, parts.part(CURLUPART_FRAGMENT) == nil else {
            throw TransportError(.invalidRequest, "the URL of a mail server ends with its host or port")
        }
        guard let host = parts.part(CURLUPART_HOST), !host.isEmpty else { throw TransportError(.invalidRequest, "the URL has no host") }
        self.host = host
        port = parts.part(CURLUPART_PORT).flatMap { Int($0) } ?? security.port
    }

    private static func security(scheme: String?, _ wanted: Security?) throws(TransportError) -> Security {
        switch (scheme, wanted) {
        case ("smtps", nil), ("smtps", .tls): return .tls
        case ("smtps", _): throw TransportError(.invalidRequest, "smtps:// is TLS from the first byte; write smtp:// for anything else")
        case ("smtp", .tls): throw TransportError(.invalidRequest, "smtp:// does not begin with TLS; write smtps://")
        case ("smtp", let wanted): return wanted ?? .starttls
        default: throw TransportError(.invalidRequest, "the URL begins with neither smtps:// nor smtp://")
        }
    }

    /// The library's form of it; its path is the name that the client gives itself (CURLOPT_URL, "SMTP").
    func url(hello: String?) -> String {
        let name = (hello ?? "").utf8.map { byte in
            switch byte {
            case UInt8(ascii: "["): "%5B"
            case UInt8(ascii: "]"): "%5D"
            case UInt8(ascii: ":"): "%3A"
            default: String(UnicodeScalar(byte))
            }
        }
        return "\(security == .tls ? "smtps" : "smtp")://\(host):\(port)/\(name.joined())"
    }
}
