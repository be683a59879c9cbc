import Testing

@testable import CurlTransport
@testable import Sinks

/// The moment between the last byte and TLS's goodbye.
struct GoodbyeTests {
    private static func connection(_ peer: SyslogPeer) throws -> StreamConnection {
        let connection = try StreamConnection(to: syslogOptions(port: peer.port, tls: true).target, StreamCancellation())
        let message = #"<134>1 2024-09-24T13:37:27.115Z gateway.example weir - finding.opened [weir@32473 id="a"] x"#
        try connection.send(Array("\(message.utf8.count) \(message)".utf8), StreamCancellation())
        return connection
    }

    /// The library's own way to the socket would end the process here: it tells of a broken connection to a handle that is not there.
    @Test func aReceiverThatResetsTheConnectionBeforeItIsAFailure() async throws {
        let peer = try SyslogPeer(tls: SyslogAuthority.shared.get().server())
        let connection = try Self.connection(peer)
        try await peer.endAllNow(.reset)
        #expect(throws: TransportError.self) { try connection.closeWithProof(StreamCancellation()) }
    }

    @Test func aReceiverThatHearsItHasReadEverything() async throws {
        let peer = try SyslogPeer(tls: SyslogAuthority.shared.get().server())
        try Self.connection(peer).closeWithProof(StreamCancellation())
        await eventually { peer.open == 0 }
        #expect(peer.cuts == 0 && peer.ids == ["a"] && peer.violations == [])
    }
}
