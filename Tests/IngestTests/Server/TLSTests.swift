import NIOSSL
import Testing

@testable import Ingest

struct TLSTests {
    private static func files(_ folder: TemporaryFolder) throws -> IngestTLS {
        IngestTLS(
            certificate: try folder.write("certificate.pem", TestCertificate.certificate), key: try folder.write("key.pem", TestCertificate.key))
    }

    @Test(arguments: [TLSVersion.tlsv12, .tlsv13])
    func speaksTLS(_ version: TLSVersion) async throws {
        let folder = try TemporaryFolder()
        try await Gateway.runAsync(tls: try Self.files(folder)) { gateway in
            let large = "\"" + String(repeating: "x", count: 300_000) + "\""
            let requests = Samples.url("{}") + Samples.post("/in/nobody", "{}") + Samples.url(large, "Connection: close\r\n")
            let answers = try await TLSClient.exchange(requests, port: gateway.port, newest: version)
            #expect(answers.split(separator: "\r\n").filter { $0.hasPrefix("HTTP/1.1") || $0.contains("HTTP/1.1 ") }.count == 3, "\(answers)")
            #expect(answers.contains(#""receipt":"1"}"#) && answers.contains("401 Unauthorized") && answers.contains(#""receipt":"2"}"#))
        }
        withExtendedLifetime(folder) {}
    }

    @Test(arguments: [TLSVersion.tlsv1, .tlsv11])
    func refusesOldVersions(_ version: TLSVersion) async throws {
        let folder = try TemporaryFolder()
        try await Gateway.runAsync(tls: try Self.files(folder)) { gateway in
            await #expect(throws: (any Error).self) { try await TLSClient.exchange(Samples.url("{}"), port: gateway.port, newest: version) }
            #expect(gateway.journal.drafts.isEmpty)
        }
        withExtendedLifetime(folder) {}
    }

    @Test func anotherCertificateIsForNewConnections() async throws {
        let folder = try TemporaryFolder()
        let files = try Self.files(folder)
        try await Gateway.runAsync(tls: files) { gateway in
            func answers(trusting certificate: String) async -> Bool {
                let answer = try? await TLSClient.exchange(Samples.url("{}", "Connection: close\r\n"), port: gateway.port, trusting: certificate)
                return answer?.contains("200 OK") == true
            }
            #expect(await answers(trusting: TestCertificate.certificate))
            #expect(await !answers(trusting: TestCertificate.otherCertificate))
            // A key that does not belong to the certificate, as between the two writes of somebody who replaces both.
            _ = try folder.write("certificate.pem", TestCertificate.otherCertificate)
            #expect(throws: IngestError.self) { try gateway.server.replace(tls: files) }
            #expect(await answers(trusting: TestCertificate.certificate))
            _ = try folder.write("key.pem", TestCertificate.otherKey)
            try gateway.server.replace(tls: files)
            #expect(await answers(trusting: TestCertificate.otherCertificate))
            #expect(await !answers(trusting: TestCertificate.certificate))
        }
        // A port without TLS does not get it by this.
        try await Gateway.runAsync { gateway in
            try gateway.server.replace(tls: files)
            let answer = try await onThread { try gateway.answer(Samples.url("{}")) }
            #expect(answer.status == 200)
        }
        withExtendedLifetime(folder) {}
    }

    @Test func plainTextGetsNoAnswer() async throws {
        let folder = try TemporaryFolder()
        try await Gateway.run(tls: try Self.files(folder)) { gateway throws in
            let client = try gateway.client()
            client.send(Samples.url("{}"))
            #expect(client.endsWithin(milliseconds: 8000))
            #expect(!client.leftover.contains("HTTP"))
            #expect(gateway.journal.drafts.isEmpty)
        }
        withExtendedLifetime(folder) {}
    }

    @Test func unreadableFilesAreOneClearSentence() async throws {
        let folder = try TemporaryFolder()
        let good = try Self.files(folder)
        let empty = try folder.write("empty.pem", "")
        for (files, message) in [
            (IngestTLS(certificate: folder.path + "/none", key: good.key), "cannot read a certificate in \(folder.path)/none"),
            (IngestTLS(certificate: empty, key: good.key), "cannot read a certificate in \(empty)"),
            (IngestTLS(certificate: good.certificate, key: empty), "cannot read a private key in \(empty)"),
        ] {
            let error = await #expect(throws: IngestError.self) { try await Gateway.runAsync(tls: files) { _ in } }
            #expect(error?.code == .certificate && error?.message == message, "\(error?.message ?? "")")
        }
    }
}
