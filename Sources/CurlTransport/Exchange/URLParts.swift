internal import CCurl

/// A URL taken apart by the library's own parser, so that what was checked is what it connects to.
struct URLParts: ~Copyable {
    private let handle: OpaquePointer

    /// Takes printable ASCII without a user name; the error's code is `invalidRequest` and its message never repeats the URL.
    init(_ text: String) throws(TransportError) { handle = try Self.parsed(text) }

    private static func parsed(_ text: String) throws(TransportError) -> OpaquePointer {
        guard text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw TransportError(.invalidRequest, "the URL has white space or characters outside ASCII (write an international host name in its xn-- form)")
        }
        guard let handle = curl_url() else { throw TransportError(.failed, "out of memory") }
        let code = curl_url_set(handle, CURLUPART_URL, text, UInt32(CURLU_DISALLOW_USER | CURLU_NON_SUPPORT_SCHEME))
        if code == CURLUE_OK { return handle }
        curl_url_cleanup(handle)
        throw TransportError(.invalidRequest, code == CURLUE_USER_NOT_ALLOWED ? "the URL has a user name or password in it" : "this is not a URL")
    }

    deinit { curl_url_cleanup(handle) }

    /// A part as it stands in the URL; nothing when it has none.
    func part(_ part: CURLUPart) -> String? {
        var value: UnsafeMutablePointer<CChar>?
        guard curl_url_get(handle, part, &value, 0) == CURLUE_OK, let value else { return nil }
        defer { curl_free(value) }
        return String(cString: value)
    }

    /// The whole URL with another path and without a query.
    func replacing(path: String) throws(TransportError) -> String {
        for part in [CURLUPART_PATH, CURLUPART_QUERY] { curl_url_set(handle, part, nil, 0) }
        guard let origin = part(CURLUPART_URL) else { throw TransportError(.invalidRequest, "this is not a URL") }
        let root = origin.utf8.last == UInt8(ascii: "/") ? String(origin.dropLast()) : origin
        return root + path
    }
}
