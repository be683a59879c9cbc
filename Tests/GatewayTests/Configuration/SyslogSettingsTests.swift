import CurlTransport
import Delivery
import Formats
import Gateway
import Sinks
import Testing

struct SyslogSettingsTests {
    private static func options(_ sink: String) throws -> SyslogSinkOptions {
        let yaml = "listen: { ingest: 127.0.0.1:0 }\nsinks:\n  s: { \(sink) }\n"
        let sink = try #require(try GatewayConfiguration.parse(yaml, file: "/w", environment: [:]).sinks.first)
        #expect(sink.type == "syslog" && sink.start == .beginning)
        return try #require(sink.options as? SyslogSinkOptions)
    }

    private static func errors(_ sink: String) -> [String] {
        do {
            _ = try options(sink)
            return []
        } catch {
            return "\(error)".split(separator: "\n").map(String.init)
        }
    }

    @Test func aURLIsEnough() throws {
        let plain = try Self.options("type: syslog, url: \"tls://siem.example.com\"")
        #expect(plain.target.address.host == "siem.example.com" && plain.target.address.port == 6514 && !plain.target.address.isPlain)
        #expect(plain.target.proof == .closed && plain.target.identity == nil && plain.target.certificateAuthorityFile == nil)
        #expect(plain.facility == .local0 && plain.appName == "weir" && plain.host == nil && plain.enterpriseNumber == 32473 && plain.hasByteOrderMark)
        #expect(plain.batch == 500 && plain.events.format == .cef && plain.events.evidence == .summary && plain.issues.isEmpty)
    }

    @Test func everyKeyHasItsEffect() throws {
        let folder = try TemporaryFolder()
        try TestCertificate.write("own", in: folder.path, days: 365)
        let own = folder.path + "/own"
        let full = try Self.options(
            """
            type: syslog, url: "tls://10.1.2.3:1514", confirm: ack, facility: authpriv, app-name: gate, host: gw1, enterprise-number: 64512, bom: false,
                batch: 7, format: ocsf, evidence: full, networks: [ 10.0.0.0/8 ], ca: \(own).pem, certificate: \(own).pem, key: \(own).key,
                timeout: 20s, connect-timeout: 2s
            """)
        #expect(full.target.address.port == 1514 && full.target.proof == .acknowledged && full.facility == .authpriv && full.appName == "gate")
        #expect(full.host == "gw1" && full.enterpriseNumber == 64512 && !full.hasByteOrderMark && full.batch == 7)
        #expect(full.events.format == .ocsf && full.events.evidence == .full && full.target.certificateAuthorityFile == own + ".pem")
        #expect(full.target.identity == ClientIdentity(certificateFile: own + ".pem", keyFile: own + ".key"))
        #expect(full.target.timeout == .seconds(20) && full.target.connectTimeout == .seconds(2) && full.issues.isEmpty)
        let other = try Self.options("type: syslog, url: \"tls://siem.example.com\", framing: newline, time: received")
        #expect(other.framing == .newline && other.events.time == .received && full.framing == .octetCounting && full.events.time == .event)
        #expect(try Self.options("type: syslog, url: \"udp://10.1.2.3\", networks: [ 10.0.0.0/8 ]").target.address.isDatagram)
        #expect(try Self.options("type: syslog, url: \"tcp://10.1.2.3\", networks: [ 10.0.0.0/8 ]").target.address.port == 514)
    }

    @Test(
        arguments: [
            ("type: syslog", "3:6: error: the sink 's' needs 'url'"),
            (
                "type: syslog, url: \"https://siem.example\"",
                "url: the address begins with none of tls://, tcp:// and udp:// (hint: tls://siem.example.com:6514)"
            ),
            ("type: syslog, url: \"tls://siem.example/x\"", "url: the address has a path"),
            (
                "type: syslog, url: \"tcp://siem.example\"",
                "3:27: error: url: plain tcp is sent only to addresses in the sink's 'networks' (hint: use tls, or list the receiver's network"
            ),
            ("type: syslog, url: \"tcp://10.1.2.3\"", "url: 10.1.2.3 is a private address that `networks` does not list"),
            ("type: syslog, url: \"tcp://192.0.2.7\", networks: [ 10.0.0.0/8 ]", "url: 192.0.2.7 is a reserved address"),
            ("type: syslog, url: \"tcp://8.8.8.8\", networks: [ 10.0.0.0/8 ]", "url: a connection without TLS is allowed only towards an address"),
            ("type: syslog, url: \"tls://169.254.169.254\", networks: [ 169.254.0.0/16 ]", "cloud metadata address, which is never allowed"),
            ("type: syslog, url: \"tls://siem.example\", certificate: /etc/hosts", "3:62: error: the sink 's': 'certificate' and 'key' belong together"),
            ("type: syslog, url: \"tls://siem.example\", ca: /nonexistent", "ca: cannot read /nonexistent: there is no such file"),
            ("type: syslog, url: \"tcp://10.1.2.3\", networks: [ 10.0.0.0/8 ], ca: /etc/hosts", "ca: a connection without TLS proves nothing"),
            ("type: syslog, url: \"tls://siem.example\", confirm: maybe", "unknown confirm 'maybe'"),
            ("type: syslog, url: \"tls://siem.example\", framing: crlf", "unknown framing 'crlf'"),
            ("type: syslog, url: \"tls://siem.example\", time: now", "unknown time 'now'"),
            ("type: syslog, url: \"udp://siem.example\"", "url: plain udp is sent only to addresses in the sink's 'networks'"),
            ("type: syslog, url: \"udp://10.1.2.3\", networks: [ 10.0.0.0/8 ], confirm: ack", "confirm: nothing confirms a datagram"),
            ("type: syslog, url: \"udp://10.1.2.3\", networks: [ 10.0.0.0/8 ], framing: newline", "framing: each message is a datagram of its own"),
            ("type: syslog, url: \"tls://siem.example\", facility: local8", "unknown facility 'local8' (hint: did you mean 'local0'?)"),
            ("type: syslog, url: \"tls://siem.example\", app-name: a b", "app-name: 'a b' is not 1 to 48 characters"),
            ("type: syslog, url: \"tls://siem.example\", enterprise-number: 0", "enterprise-number: '0' is not a number from 1 to 4294967295"),
            ("type: syslog, url: \"tls://siem.example\", format: xml", "unknown format 'xml'"),
            ("type: syslog, url: \"tls://siem.example\", facilty: local1", "unknown key 'facilty' (hint: did you mean 'facility'?)"),
            ("type: syslgo, url: \"tls://siem.example\"", "unknown sink type 'syslgo'"),
        ])
    func mistakesAreSaid(sink: String, words: String) {
        let errors = Self.errors(sink)
        #expect(errors.contains { $0.contains(words) }, "\(errors)")
    }
}
