/// Why bytes are no HTTP/1 request (RFC 9112); answered 400, and the connection is closed because where the next request begins is unknown.
package enum MalformedRequest: String, Error, Equatable, Sendable, CaseIterable {
    case requestLine = "bad_request_line"
    case version = "bad_version"
    case header = "bad_header"
    case host = "bad_host"
    case contentLength = "bad_content_length"
    case conflictingLengths = "conflicting_lengths"
    case transferEncoding = "bad_transfer_encoding"
    case chunk = "bad_chunk"

    /// One sentence for the answer, without a word of the request.
    var sentence: StaticString {
        switch self {
        case .requestLine: "The request line is malformed."
        case .version: "Only HTTP/1.1 and HTTP/1.0 are spoken here."
        case .header: "A header line is malformed."
        case .host: "Exactly one Host header is needed."
        case .contentLength: "The Content-Length is malformed."
        case .conflictingLengths: "The length of the body is given more than once."
        case .transferEncoding: "The only Transfer-Encoding taken is chunked."
        case .chunk: "The chunked body is malformed."
        }
    }
}
