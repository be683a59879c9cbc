/// Why a request got no answer.
package struct TransportError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable, CaseIterable {
        /// The request itself is not one: a bad URL, a header that would break a line.
        case invalidRequest
        /// The host's name has no address.
        case resolve
        /// No address could be connected to.
        case connect
        /// The address is not one that the sink may be reached at.
        case refusedAddress
        /// No TLS connection whose peer is proven.
        case tls
        /// Too slow to connect or to answer.
        case timeout
        /// The peer ended the connection before its answer was complete.
        case cut
        /// The answer's head is larger than allowed.
        case tooLarge
        /// What came back is not HTTP.
        case badAnswer
        /// The caller gave up.
        case cancelled
        /// The transport has ended.
        case stopped
        /// The library failed in a way that the network does not explain.
        case failed
    }

    package let code: Code
    /// One clause without secret, URL or header value.
    package let message: String
    /// Whether the peer may have got the request: then it may have acted on it.
    package let mayHaveArrived: Bool

    package init(_ code: Code, _ message: String, mayHaveArrived: Bool = false) {
        self.code = code
        self.message = message
        self.mayHaveArrived = mayHaveArrived
    }

    package var description: String { message }
}
