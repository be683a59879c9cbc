import CurlTransport
import Delivery
import FindingModel
import JSONDocument
import Testing

@testable import Sinks

/// The Python that has aiosmtpd: Debian's first, because that is whose package it is.
private let python = ["/usr/bin/python3", "python3"].first { ChildProcess.succeeds([$0, "-c", "import aiosmtpd"]) }

/// The sink against a mail server of other people's, with TLS and a login; the mails are read by Python's own email package.
@Suite(.enabled(if: python != nil, "aiosmtpd is not installed: apt-get install python3-aiosmtpd"))
struct MailServerProgramTests {
    let transport: CurlTransport
    let folder: TemporaryFolder
    private var certificate: String { folder.path + "/cert.pem" }
    private var key: String { folder.path + "/key.pem" }

    init() throws {
        transport = try CurlTransport()
        folder = try TemporaryFolder()
        let command = [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", folder.path + "/key.pem", "-out",
            folder.path + "/cert.pem", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
        ]
        try #require(ChildProcess.succeeds(command))
    }

    private func server(_ kind: MailServer.Security) throws -> (program: ChildProcess, options: EmailSinkOptions) {
        let script = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/Scripts/mail_server.py"
        let program = try ChildProcess([python ?? "", script, kind.rawValue, certificate, key, "weir", "kept-secret"])
        let port = try #require(program.nextLine())
        let url = "\(kind == .tls ? "smtps" : "smtp")://localhost:\(port)"
        var options = EmailSinkOptions(
            server: try MailServer(url), policy: .loopback, sender: "weir@example.com", recipients: ["alice@example.com", "bob@example.org"])
        options.certificateAuthorityFile = certificate
        options.login = OutboundMail.Login(user: "weir", password: "kept-secret")
        options.hello = "weir.example.com"
        return (program, options)
    }

    private func sink(_ options: EmailSinkOptions) throws -> EmailSink {
        try EmailSink(name: "mail", options: options, resources: SinkResources(transport: transport, version: "1.2.3", clock: FixedClock()))
    }

    @Test(arguments: [MailServer.Security.tls, .starttls])
    func aDigestArrivesInsideTLSAfterALogin(_ kind: MailServer.Security) async throws {
        let (program, options) = try server(kind)
        let sink = try sink(options)
        var hostile = HostileTexts.all.enumerated().map { Change.finding(.hostile($1, uid: "f_\($0)"), UInt64($0 + 1)) }
        hostile.append(.finding(.sample(severity: .critical), 99))
        #expect(await sink.deliver(hostile) == .delivered(status: 250, id: "2.0.0 Ok: queued as AIO1"))
        let mail = try JSONValue(parsing: Array(try #require(program.nextLine()).utf8))
        #expect(mail["tls"]?.boolValue == true && mail["user"]?.stringValue?.hasPrefix("weir by ") == true && mail["hello"]?.stringValue == "weir.example.com")
        #expect(mail["sender"]?.stringValue == "weir@example.com" && mail["defects"]?.arrayValue?.isEmpty == true)
        #expect(mail["recipients"]?.arrayValue?.compactMap(\.stringValue) == ["alice@example.com", "bob@example.org"])
        let headers = (mail["headers"]?.arrayValue ?? []).compactMap { $0.arrayValue?.compactMap(\.stringValue) }
        #expect(headers.count == 10 && headers.contains(["Subject", "[Weir] \(hostile.count) changes: 1 critical, \(hostile.count - 1) high"]))
        #expect(headers.contains(["Message-ID", "<abcdefgh-1-1_99.\(hostile.count).mail@example.com>"]))
        // What Python reads is what the tests' own reader reads, and that is checked for structure.
        let expected = try #require(EmailDigest(hostile, of: "mail", options).message(at: FixedClock().now, version: "1.2.3").flatMap { MIMEReader($0) })
        let parts = (mail["parts"]?.arrayValue ?? []).compactMap { $0.arrayValue?.compactMap(\.stringValue) }
        for (part, type) in zip(parts, ["text/plain", "text/html"]) {
            let isEqual = part == [type, expected.part(type)]
            #expect(isEqual, "\(type)")
        }
        #expect(parts.count == 2)
        await sink.close()
    }

    @Test func aSubjectArrivesAsItWas() async throws {
        let (program, options) = try server(.starttls)
        let sink = try sink(options)
        for title in ["Grüße 日本 👩‍👩‍👧: “quoted” =?UTF-8?Q?x?=", String(repeating: "long words ", count: 10), "a\r\nBcc: x@example.com"] {
            var finding = Finding.sample()
            finding.title = title
            #expect(await sink.deliver([.finding(finding, 1)]).isDelivered)
            let mail = try JSONValue(parsing: Array(try #require(program.nextLine()).utf8))
            let subjects = (mail["headers"]?.arrayValue ?? []).compactMap { $0.arrayValue?.compactMap(\.stringValue) }.filter { $0.first == "Subject" }
            #expect(subjects == [["Subject", "[Weir] high: \(AnswerText.line(Array(title.utf8), limit: 120)) (open)"]])
        }
    }

    @Test(arguments: [MailServer.Security.tls, .starttls])
    func aWrongPasswordPausesTheSink(_ kind: MailServer.Security) async throws {
        var (program, options) = try server(kind)
        options.login = OutboundMail.Login(user: "weir", password: "another-secret")
        let outcome = try await sink(options).deliver([.finding(1)])
        #expect(outcome.word == "pause" && outcome.failure?.status == 535, "\(outcome)")
        #expect(outcome.failure?.reason.contains("secret") == false)
        options.login = nil
        let anonymous = try await sink(options).deliver([.finding(1)])
        #expect(anonymous.word == "pause" && anonymous.failure?.status == 530, "\(anonymous)")
        withExtendedLifetime(program) {}
    }

    /// Another server's certificate, or none that anybody vouches for, ends the exchange before the login.
    @Test(arguments: [MailServer.Security.tls, .starttls])
    func aServerThatProvesNothingGetsNothing(_ kind: MailServer.Security) async throws {
        var (program, options) = try server(kind)
        options.certificateAuthorityFile = nil
        let unknown = try await sink(options).deliver([.finding(1)])
        #expect(unknown.word == "pause" && unknown.failure?.reason.contains("certificate") == true, "\(unknown)")
        options.certificateAuthorityFile = certificate
        options.server = try MailServer("\(kind == .tls ? "smtps" : "smtp")://127.0.0.1:\(options.server.port)")
        let otherName = try await sink(options).deliver([.finding(1)])
        #expect(otherName.word == "pause" && otherName.failure?.mayHaveArrived == false, "\(otherName)")
        withExtendedLifetime(program) {}
    }
}
