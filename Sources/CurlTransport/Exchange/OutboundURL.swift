internal import CCurl

/// A checked destination: `http` or `https`, printable ASCII, without user name, password and fragment.
package struct OutboundURL: Hashable, Sendable {
    /// The whole URL; it may hold a secret, so it is shown nowhere.
    package let text: String
    /// The host as a name or address; what errors and logs show.
    package let host: String
    /// The port, where the URL names one.
    let port: Int?
    /// The path as it stands in the URL, `/` when there is none.
    package let path: String
    /// Whether a query (`?…`) stands behind the path.
    package let hasQuery: Bool
    /// Whether the scheme is `http`.
    package let isPlain: Bool

    /// Checks `text`; the error's code is `invalidRequest` and its message never repeats the URL.
    package init(_ text: String) throws(TransportError) {
        let parts = try URLParts(text)
        guard let scheme = parts.part(CURLUPART_SCHEME), scheme == "https" || scheme == "http" else {
            throw TransportError(.invalidRequest, "the URL begins with neither https:// nor http://")
        }
        guard parts.part(CURLUPART_FRAGMENT) == nil else { throw TransportError(.invalidRequest, "the URL has a fragment (#…)") }
        guard let host = parts.part(CURLUPART_HOST), !host.isEmpty else { throw TransportError(.invalidRequest, "the URL has no host") }
        self.text = text
        self.host = host
        port = parts.part(CURLUPART_PORT).flatMap { Int($0) }
        path = parts.part(CURLUPART_PATH) ?? "/"
        hasQuery = parts.part(CURLUPART_QUERY) != nil
        isPlain = scheme == "http"
    }

    /// The URL with another path, which begins with `/` and may have a query.
    package func replacing(path: String) throws(TransportError) -> OutboundURL {
        guard path.utf8.first == UInt8(ascii: "/") else { throw TransportError(.invalidRequest, "a path begins with /") }
        return try OutboundURL(URLParts(text).replacing(path: path))
    }
}
