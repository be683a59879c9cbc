import Bytes
import CurlTransport
import Foundation
import Gateway
import Testing

/// Another certificate for the ingest port of a running gateway, by a reload.
struct CertificateReloadTests {
    private static let yaml = """
        listen: { ingest: { address: "127.0.0.1:0", tls: { certificate: port.pem, key: port.key } } }
        data: data
        sources:
          h: { adapter: hostedscan, secrets: [ "env:SECRET" ] }
        """

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Makes a certificate for 127.0.0.1 and its key.
    private func make(_ name: String) throws {
        try TestCertificate.write(name, in: folder.path, days: 2, ["-addext", "subjectAltName=IP:127.0.0.1"])
    }

    /// Puts a certificate and its key where the configuration says.
    private func install(_ name: String) throws {
        for end in ["pem", "key"] { try folder.write("port.\(end)", folder.read("\(name).\(end)")) }
    }

    private func configuration() throws -> GatewayConfiguration {
        try GatewayConfiguration.parse(Self.yaml, file: folder.path + "/weir.yaml", environment: GatewayUnderTest.environment)
    }

    /// Whether the port proves itself to somebody who trusts this certificate alone.
    private func answers(_ gateway: Gateway, trusting name: String) async throws -> Bool {
        let policy = DestinationPolicy(networks: AddressBlockList(["127.0.0.0/8"].compactMap { try? AddressBlock($0) }))
        var request = OutboundRequest(method: .get, url: try OutboundURL(gateway.ingestURL + "/healthz"), policy: policy)
        request.certificateAuthorityFile = folder.path + "/\(name).pem"
        let transport = try CurlTransport()
        let answer = try? await transport.send(request)
        await transport.shutdown()
        return answer?.status == 200
    }

    @Test func aReloadPutsItInForceAndABadOneLeavesTheOld() async throws {
        for name in ["first", "second"] { try make(name) }
        try install("first")
        let gateway = try await Gateway.start(try configuration(), onFailure: {})
        #expect(try await answers(gateway, trusting: "first"))
        #expect(try await !answers(gateway, trusting: "second"))
        try install("second")
        #expect(try await gateway.reload(try configuration()).isEmpty)
        #expect(try await answers(gateway, trusting: "second"))
        #expect(try await !answers(gateway, trusting: "first"))
        // A key of another certificate: the configuration does not check, and nothing is reloaded.
        try folder.write("port.key", folder.read("first.key"))
        #expect(throws: (any Error).self) { try configuration() }
        #expect(try await answers(gateway, trusting: "second"))
        await gateway.stop()
    }
}
