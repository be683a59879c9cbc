/// Where a stream of bytes goes and how: one TCP connection, with TLS or without.
package struct StreamTarget: Hashable, Sendable {
    package var address: StreamAddress
    /// Which addresses may be connected to.
    package var policy: DestinationPolicy
    /// A PEM file whose certificates are trusted instead of the system's.
    package var certificateAuthorityFile: String?
    /// What this side proves itself with, where the peer asks for it.
    package var identity: ClientIdentity?
    /// To a connection, TLS included.
    package var connectTimeout: Duration = .seconds(5)
    /// From the first byte of a piece to the peer's acknowledgement of its last.
    package var timeout: Duration = .seconds(30)
    /// How long a connection that has nothing to do is kept.
    package var idleTimeout: Duration = .seconds(60)
    /// How long a new connection must stay open after its first piece was acknowledged, for that piece to count.
    ///
    /// A peer refuses a client's certificate or address only after the client holds the connection for made, and its system acknowledges what
    /// nobody will read (RFC 8446 section 4.4.2.4: the client of TLS 1.3 is done before the server has seen its certificate).
    package var settleTime: Duration = .milliseconds(250)
    /// When a piece that was sent counts as taken.
    package var proof = Proof.closed

    package enum Proof: String, Sendable, CaseIterable {
        /// The peer's system has acknowledged its last byte and the connection, which is kept for the next, is open.
        case acknowledged = "ack"
        /// This side has ended its stream, and the peer has ended its own in answer: its program has read everything. A new connection each time.
        case closed = "close"
    }

    package init(_ address: StreamAddress, policy: DestinationPolicy) {
        self.address = address
        self.policy = policy
    }
}
