/// One HTTP request to a sink or to the gateway's own socket.
package struct OutboundRequest: Sendable {
    package enum Method: String, Sendable { case get = "GET", post = "POST", put = "PUT", patch = "PATCH", delete = "DELETE" }

    package struct Header: Hashable, Sendable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// What of the answer is read and kept, in bytes.
    package struct AnswerLimits: Hashable, Sendable {
        /// Beginning of the body that is kept.
        package var keptBytes = 4 << 10
        /// Body that is read at most; then the connection is closed and the answer counts as read.
        package var readBytes = 64 << 10
        /// Status lines and headers together, interim answers included; more is an error.
        package var headBytes = 64 << 10

        package init() {}
    }

    package var method: Method
    package var url: OutboundURL
    package var headers: [Header] = []
    package var body: [UInt8] = []
    /// Which addresses may be connected to; not asked when `unixSocketPath` is set.
    package var policy: DestinationPolicy
    package var connectTimeout: Duration = .seconds(5)
    /// From the beginning to the answer's last byte.
    package var timeout: Duration = .seconds(30)
    /// A PEM file whose certificates are trusted instead of the system's.
    package var certificateAuthorityFile: String?
    /// What this side proves itself with, where the peer asks for it.
    package var identity: ClientIdentity?
    /// A Unix-domain socket to connect to; the URL's host is then only a name.
    package var unixSocketPath: String?
    /// `ADDRESS:PORT` to connect to in place of the URL's, which stays the name that the peer must prove.
    package var connectTo: String?
    package var answerLimits = AnswerLimits()
    /// Whether a new connection is made for it, so that it is sent once at most.
    ///
    /// libcurl sends a request again by itself when a connection that it had kept ends before any answer (lib/transfer.c,
    /// `Curl_retry_request`), although the peer may have acted upon it; what must not be done twice says so here.
    package var isSentOnce = false

    package init(method: Method, url: OutboundURL, policy: DestinationPolicy) {
        self.method = method
        self.url = url
        self.policy = policy
    }

    /// Refuses header fields that could end a line or begin another (RFC 9110 section 5.5).
    func check() throws(TransportError) {
        for header in headers {
            guard !header.name.isEmpty, header.name.utf8.allSatisfy(Self.isTokenByte) else {
                throw TransportError(.invalidRequest, "a header's name is not a token")
            }
            guard header.value.utf8.allSatisfy({ (0x20...0x7e).contains($0) }) else {
                throw TransportError(.invalidRequest, "the value of header \(header.name) has characters that are not printable ASCII")
            }
        }
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
