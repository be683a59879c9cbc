internal import CCurl

/// A checked destination: `http` or `https`, printable ASCII, without user name, password and fragment.
package struct OutboundURL: Hashable, Sendable {
    /// The whole URL; it may hold a secret, so it is shown nowhere.
    package let text: String
    /// The host as a name or address; what errors and logs show.
    package let host: String
    /// The port, where the URL names one.
    let port: Int?
    /// Whether the scheme is `http`.
    package let isPlain: Bool

    /// Checks `text`; the error's code is `invalidRequest` and its message never repeats the URL.
    package init(_ text: String) throws(TransportError) {
        guard text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw TransportError(.invalidRequest, "the URL has white space or characters outside ASCII (write an international host name in its xn-- form)")
        }
        guard let parts = curl_url() else { throw TransportError(.failed, "out of memory") }
        defer { curl_url_cleanup(parts) }
        switch curl_url_set(parts, CURLUPART_URL, text, UInt32(CURLU_DISALLOW_USER | CURLU_NON_SUPPORT_SCHEME)) {
        case CURLUE_OK: break
        case CURLUE_USER_NOT_ALLOWED: throw TransportError(.invalidRequest, "the URL has a user name or password in it")
        default: throw TransportError(.invalidRequest, "this is not a URL")
        }
        guard let scheme = Self.part(CURLUPART_SCHEME, of: parts), scheme == "https" || scheme == "http" else {
            throw TransportError(.invalidRequest, "the URL begins with neither https:// nor http://")
        }
        guard Self.part(CURLUPART_FRAGMENT, of: parts) == nil else { throw TransportError(.invalidRequest, "the URL has a fragment (#…)") }
        guard let host = Self.part(CURLUPART_HOST, of: parts), !host.isEmpty else { throw TransportError(.invalidRequest, "the URL has no host") }
        self.text = text
        self.host = host
        port = Self.part(CURLUPART_PORT, of: parts).flatMap { Int($0) }
        isPlain = scheme == "http"
    }

    /// The URL with another path, which begins with `/` and may have a query.
    package func replacing(path: String) throws(TransportError) -> OutboundURL {
        guard path.utf8.first == UInt8(ascii: "/"), let parts = curl_url() else { throw TransportError(.invalidRequest, "a path begins with /") }
        defer { curl_url_cleanup(parts) }
        guard curl_url_set(parts, CURLUPART_URL, text, 0) == CURLUE_OK else { throw TransportError(.invalidRequest, "this is not a URL") }
        for part in [CURLUPART_PATH, CURLUPART_QUERY] { curl_url_set(parts, part, nil, 0) }
        guard let origin = Self.part(CURLUPART_URL, of: parts) else { throw TransportError(.invalidRequest, "this is not a URL") }
        let root = origin.utf8.last == UInt8(ascii: "/") ? String(origin.dropLast()) : origin
        return try OutboundURL(root + path)
    }

    private static func part(_ part: CURLUPart, of url: OpaquePointer) -> String? {
        var value: UnsafeMutablePointer<CChar>?
        guard curl_url_get(url, part, &value, 0) == CURLUE_OK, let value else { return nil }
        defer { curl_free(value) }
        return String(cString: value)
    }
}
