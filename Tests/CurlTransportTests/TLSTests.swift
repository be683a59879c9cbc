import CurlTransport
import Testing

struct TLSTests {
    let transport: CurlTransport
    let authority: TestAuthority

    init() throws {
        transport = try CurlTransport()
        authority = try TestAuthority.shared.get()
    }

    private func request(_ peer: TLSPeer, host: String = "localhost", trusting file: String?) throws -> OutboundRequest {
        var request = OutboundRequest(method: .get, url: try OutboundURL("https://\(host):\(peer.port)/"), policy: .loopback)
        request.certificateAuthorityFile = file
        return request
    }

    @Test(arguments: ["-tls1_2", "-tls1_3"])
    func aPeerProvenByTheSinksAuthorityIsReached(_ version: String) async throws {
        let peer = try TLSPeer(authority, .good, [version])
        #expect(try await transport.send(try request(peer, trusting: authority.certificateFile)).status == 200)
        #expect(try await transport.send(try request(peer, host: "127.0.0.1", trusting: authority.certificateFile)).status == 200)
    }

    @Test func anAuthorityThatOnlyTheSinkNamesIsNotTrustedElsewhere() async throws {
        let peer = try TLSPeer(authority, .good)
        #expect(try await transport.send(try request(peer, trusting: authority.certificateFile)).status == 200)
        let error = await transportError { try await transport.send(try request(peer, trusting: nil)) }
        #expect(error?.code == .tls && error?.mayHaveArrived == false, "\(String(describing: error))")
    }

    @Test(arguments: [TestAuthority.Leaf.expired, .otherName, .selfSigned])
    func aCertificateThatProvesNothingIsRefused(_ leaf: TestAuthority.Leaf) async throws {
        let peer = try TLSPeer(authority, leaf)
        let error = await transportError { try await transport.send(try request(peer, trusting: authority.certificateFile)) }
        #expect(error?.code == .tls && error?.mayHaveArrived == false, "\(String(describing: error))")
    }

    @Test func olderVersionsThanTLS12AreRefused() async throws {
        let peer = try TLSPeer(authority, .good, ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"])
        let error = await transportError { try await transport.send(try request(peer, trusting: authority.certificateFile)) }
        #expect(error?.code == .tls && error?.mayHaveArrived == false, "\(String(describing: error))")
    }

    @Test func anAuthorityFileThatIsMissingIsATLSError() async throws {
        let peer = try TLSPeer(authority, .good)
        let error = await transportError { try await transport.send(try request(peer, trusting: "/nonexistent/ca.pem")) }
        #expect(error?.code == .tls, "\(String(describing: error))")
    }

    @Test func aPeerWithoutTLSIsATLSError() async throws {
        let peer = try RefusingPeer()
        let request = OutboundRequest(method: .get, url: try OutboundURL("https://127.0.0.1:\(peer.port)/"), policy: .loopback)
        let error = await transportError { try await transport.send(request) }
        #expect(error?.code == .tls && error?.mayHaveArrived == false, "\(String(describing: error))")
    }
}
