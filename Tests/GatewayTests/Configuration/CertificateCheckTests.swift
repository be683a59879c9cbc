import FindingModel
import Foundation
import Ingest
import Testing
import YAMLDocument

@testable import Gateway
@testable import weir

/// What is said about the ingest port's certificate, and how a command reaches that port.
struct CertificateCheckTests {
    private static let day: Int64 = 86_400_000
    private static let now = Timestamp(milliseconds: 20_000 * day)

    private static func facts(_ names: [String], from begin: Int64 = -10, to end: Int64) -> CertificateFacts {
        CertificateFacts(
            names: names, beginTime: Timestamp(milliseconds: now.milliseconds + begin * day), endTime: Timestamp(milliseconds: now.milliseconds + end * day))
    }

    @Test(
        arguments: [
            (-10, 90, "https://hooks.example.com", [String]()),
            (-10, 30, nil, []), (-10, 29, nil, ["it expires in 29 days, on 2024-11-02T00:00:00.000Z"]),
            (-10, 1, nil, ["it expires in 1 day, on 2024-10-05T00:00:00.000Z"]),
            (-10, -1, nil, ["it expired on 2024-10-03T00:00:00.000Z, so no sender takes it"]),
            (2, 90, nil, ["it is valid only from 2024-10-06T00:00:00.000Z on, so no sender takes it yet"]),
            (
                -10, 90, "https://other.example.com:8443/a",
                ["it is for hooks.example.com, *.in.example.com, 192.0.2.1, not for other.example.com of public-url"]
            ),
            (-10, 90, "https://a.in.example.com", []), (-10, 90, "https://192.0.2.1:8443", []),
        ] as [(Int64, Int64, String?, [String])]) func whatIsWrongIsSaid(begin: Int64, end: Int64, publicURL: String?, expected: [String])
    {
        let facts = Self.facts(["hooks.example.com", "*.in.example.com", "192.0.2.1"], from: begin, to: end)
        #expect(CertificateChecks.problems(facts, publicURL: publicURL, now: Self.now).map(\.message) == expected)
    }

    /// What a sink shows its receiver ends too, and its key is a secret like any other.
    @Test func certificatesOfSinksAreLookedAtToo() throws {
        let folder = try TemporaryFolder()
        try TestCertificate.write("weir", in: folder.path, days: 2)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: folder.path + "/weir.key")
        for sink in ["type: syslog, url: \"tls://siem.example.com:6514\"", "type: webhook, url: \"https://a.example.com\", secret: \"env:S\""] {
            let yaml = "sources: {}\nsinks: { s: { \(sink), certificate: weir.pem, key: weir.key } }"
            let environment = ["S": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="]
            let warnings = try GatewayConfiguration.parse(yaml, file: folder.path + "/weir.yaml", environment: environment).warnings.map(\.message)
            #expect(warnings.contains { $0.hasPrefix("certificate: it expires in 1 day, on ") }, "\(warnings)")
            #expect(warnings.contains("key: others can read \(folder.path)/weir.key (mode 0644)"), "\(warnings)")
        }
    }

    @Test func filesThatHaveChangedPlacesAreTold() throws {
        let folder = try TemporaryFolder()
        try TestCertificate.write("weir", in: folder.path, days: 2)
        let swapped = "certificate: weir.key, key: weir.pem"
        for (yaml, expected) in [
            (
                "listen: { ingest: { address: 127.0.0.1:0, tls: { \(swapped) } } }\nsources: {}",
                ["tls: 'certificate' and 'key' have changed places: \(folder.path)/weir.key holds a private key, and \(folder.path)/weir.pem a certificate"]
            ),
            (
                "sources: {}\nsinks: { s: { type: syslog, url: \"tls://siem.example.com:6514\", \(swapped) } }",
                [
                    "certificate: there is no certificate in \(folder.path)/weir.key (hint: a private key stands there: it belongs under 'key')",
                    "key: there is no private key in \(folder.path)/weir.pem (hint: a certificate stands there: it belongs under 'certificate')",
                ]
            ),
        ] {
            let issues = #expect(throws: IssueList.self) { _ = try GatewayConfiguration.parse(yaml, file: folder.path + "/weir.yaml", environment: [:]) }
            let errors = issues?.errors.map(\.text) ?? []
            #expect(errors.count == expected.count && zip(errors, expected).allSatisfy { $0.hasSuffix($1) }, "\(errors)")
        }
    }

    @Test func namesAreComparedAsClientsDo() {
        let facts = Self.facts(["hooks.example.com", "*.in.example.com", "2001:db8::1"], to: 90)
        for host in ["hooks.example.com", "HOOKS.example.com", "a.in.example.com", "2001:DB8::1", "2001:db8:0:0::1"] { #expect(facts.covers(host), "\(host)") }
        for host in ["example.com", "in.example.com", "a.b.in.example.com", "x.hooks.example.com", "192.0.2.1", ""] { #expect(!facts.covers(host), "\(host)") }
    }

    @Test(
        arguments: [
            ("https://0.0.0.0:8443", ["hooks.example.com"], "https://hooks.example.com", "https://hooks.example.com:8443", "127.0.0.1:8443"),
            ("https://0.0.0.0:8443", ["a.example.com", "b.example.com"], "https://b.example.com:443", "https://b.example.com:8443", "127.0.0.1:8443"),
            ("https://[::]:8443", ["a.example.com"], "https://elsewhere.example.com", "https://a.example.com:8443", "[::1]:8443"),
            ("https://192.0.2.7:8443", ["*.example.com"], nil, "https://weir.example.com:8443", "192.0.2.7:8443"),
            ("https://127.0.0.1:8443", ["127.0.0.1"], nil, "https://127.0.0.1:8443", "127.0.0.1:8443"),
            ("https://127.0.0.1:8443", ["::1"], nil, "https://[::1]:8443", "127.0.0.1:8443"),
            ("https://127.0.0.1:8443", [], nil, "https://127.0.0.1:8443", "127.0.0.1:8443"),
        ] as [(String, [String], String?, String, String)])
    func aListenerWithTLSIsAskedForANameOfItsCertificate(listener: String, names: [String], publicURL: String?, url: String, address: String) {
        let target = IngestTarget(listener: listener, certificate: "/c.pem", facts: Self.facts(names, to: 90), publicURL: publicURL)
        #expect(target.url == url && target.address == address && target.certificate == "/c.pem")
    }

    @Test func aCurlCommandIsQuotedForTheShell() {
        let plain = IngestTarget(listener: "http://0.0.0.0:8080")
        #expect(
            plain.curlCommand("/in/a", headers: [("Authorization", "Bearer it's")], bodyFile: "a b.json")
                == "curl --header 'Content-Type: application/json' --header 'Authorization: Bearer it'\\''s' --data-binary '@a b.json' http://127.0.0.1:8080/in/a"
        )
        let facts = Self.facts(["hooks.example.com"], to: 90)
        let secure = IngestTarget(listener: "https://[::]:8443", certificate: "/c.pem", facts: facts, publicURL: nil)
        #expect(
            secure.curlCommand("/in/a/secret", headers: [], bodyFile: "-")
                == "curl --connect-to '::[::1]:8443' --cacert /c.pem --header 'Content-Type: application/json' --data-binary @- https://hooks.example.com:8443/in/a/secret"
        )
    }
}
