import Foundation
import Testing
import YAMLDocument

@testable import Gateway

/// What is said about a mistake leads to what would be taken, and one mistake is said once.
struct HintTests {
    private static let sinks = "sinks: { f: { type: file, path: data/x } }\n"

    private static func issues(_ yaml: String, file: String = "/w/weir.yaml") -> [String] {
        do {
            let warnings = try GatewayConfiguration.parse(yaml, file: file, environment: ConfigurationTests.environment).warnings
            return warnings.map(\.text).map { $0.replacing("\(file):", with: "") }
        } catch {
            return error.issues.map(\.text).map { $0.replacing("\(file):", with: "") }
        }
    }

    private static func sink(_ settings: String) -> [String] {
        issues("sources: {}\nsinks:\n  s: { \(settings) }\n").filter { $0.contains(": error: ") }.map { String($0.split(separator: "error: ").last ?? "") }
    }

    @Test(arguments: [
        ("type: file, path: data/a, rotate: 1KiB", "rotate: '1KiB' is not a size from 64 KiB to 16 TiB, such as 512KiB, 16MiB or 1GiB"),
        ("type: file, path: data/a, rotate: 1kb", "rotate: '1kb' is not a size from 64 KiB to 16 TiB, such as 512KiB, 16MiB or 1GiB"),
        (
            "type: file, path: data/a, rotate: 5",
            "rotate: '5' is not a size from 64 KiB to 16 TiB, such as 512KiB, 16MiB or 1GiB (hint: a unit is missing: 5MiB or 5GiB)"
        ),
        (
            "type: webhook, url: \"https://a.example\", timeout: 1",
            "timeout: '1' is not a duration from 1s to 10m, such as 30s, 5m, 12h or 400d (hint: a unit is missing: 1s or 1m)"
        ),
        ("type: webhook, url: \"http://169.254.169.254/\"", "url: 169.254.169.254 is a cloud metadata address, which is never allowed"),
        ("type: webhook, url: \"https://[fe80::1]/\"", "url: fe80::1 is a link-local address, which is never allowed"),
        (
            "type: webhook, url: \"https://10.1.1.1/\"",
            "url: 10.1.1.1 is a private address that `networks` does not list (hint: list the receiver's network: networks: [ 10.1.1.1 ])"
        ),
        (
            "type: webhook, url: \"https://[fd00::1]/\"",
            "url: fd00::1 is a private address that `networks` does not list (hint: list the receiver's network: networks: [ \"fd00::1\" ])"
        ),
        ("type: elasticsearch, url: \"https://a.example\", format: cef", "unknown format 'cef' (hint: known: canonical, ocsf, ecs)"),
        ("type: webhook, url: \"https://a.example\", expect: { code: 200 }", "unknown key 'code' (hint: known: status, content-type, body)"),
    ]) func aHintNamesWhatWouldBeTaken(settings: String, message: String) { #expect(Self.sink(settings) == [message], "\(Self.sink(settings))") }

    @Test(arguments: [
        ("{ transtion: Done }", "unknown key 'transtion' (hint: did you mean 'transition'?)"), ("{ fields: { a: 1 } }", "on-fixed needs 'transition'"),
        ("coment", "on-fixed is neither 'comment' nor a transition (hint: did you mean 'comment'?)"),
        ("Done", "on-fixed is neither 'comment' nor a transition (hint: on-fixed: { transition: Done })"),
        ("{}", "on-fixed is neither 'comment' nor a transition (hint: on-fixed: { transition: Done })"),
    ]) func aMisspeltTransitionIsNamed(value: String, message: String) {
        let rest = "url: \"https://a.example\", token: \"literal:0123456789\", project: SEC, issue-type: Bug, on-fixed: \(value)"
        #expect(Self.sink("type: jira, \(rest)") == [message], "\(Self.sink("type: jira, \(rest)"))")
    }

    @Test func whatNoNetworkCanAllowIsNoNetwork() {
        let yaml = "sources: {}\nsinks: { s: { type: webhook, url: \"https://a.example\", networks: [ 169.254.169.254, 10.0.0.0/8 ] } }"
        #expect(Self.issues(yaml).contains { $0.hasSuffix("networks: 169.254.169.254/32 holds cloud metadata addresses only, which are never allowed") })
        #expect(!Self.issues(yaml).contains { $0.contains("networks: 10.0.0.0/8") })
    }

    @Test func whatIsKeptForEverIsWarnedOfAndNothingElse() {
        let head = "sources: { h: { adapter: holm, secrets: \"env:HOLM_URL_SECRET\" } }\n" + Self.sinks
        #expect(Self.issues(head + "retention: { changes: 90d }") == [])
        #expect(
            Self.issues(head + "retention: { receipts: 400d, max-size: 80%, changes: 90d }") == [
                "3:24: warning: retention.receipts has no effect yet: this version keeps every receipt",
                "3:40: warning: retention.max-size has no effect yet: this version keeps every receipt",
            ])
    }

    @Test(arguments: [
        (
            "listen: {}\nsources: [ a ]\n" + sinks + "routes: [ { to: [ f ], when: { source: a } } ]",
            ["2:10: error: sources must be a mapping from names to settings, not a list"]
        ),
        (
            "sources: { h: { adapter: holm, secrets: \"env:HOLM_URL_SECRET\" } }\nsinks: f\nroutes: [ { to: [ f ] } ]",
            ["2:8: error: sinks must be a mapping from names to settings, not a word"]
        ),
        (
            "adapters: [ none ]\nsources: { h: { adapter: mine, secrets: \"env:HOLM_URL_SECRET\" } }\n" + sinks,
            ["1:13: error: adapters: cannot read the folder /w/none: there is no such file"]
        ),
    ]) func whatFollowsFromAMistakeIsNotSaid(yaml: String, issues: [String]) { #expect(Self.issues(yaml) == issues, "\(Self.issues(yaml))") }

    @Test(arguments: [String.Encoding.utf16, .utf16LittleEndian, .utf16BigEndian, .utf32]) func aFileInAnotherEncodingNamesTheCure(_ encoding: String.Encoding)
        throws
    {
        let folder = try TemporaryFolder(), path = folder.path + "/weir.yaml"
        try #require(Self.sinks.data(using: encoding)).write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: IssueList.self) { try GatewayConfiguration.load(file: path, environment: [:]) }
        #expect(error?.issues.map(\.message) == ["\(path) is UTF-16 or binary, and not UTF-8"])
        #expect(error?.issues.first?.hint == "save it as UTF-8: iconv -f UTF-16 -t UTF-8 \(path) > NEW")
    }

    /// Tells a file of another kind by its content: what a sink proves its receiver, or itself, by.
    @Test func aFileThatIsNoCertificateIsAnErrorThatNamesIt() throws {
        let folder = try TemporaryFolder()
        try folder.write("notes", "dear diary")
        try TestCertificate.write("good", in: folder.path, days: 365)
        let certificate = "there is no certificate in \(folder.path)/notes (hint: a PEM file, in which a line is -----BEGIN CERTIFICATE-----)"
        let key = "there is no private key in \(folder.path)/notes (hint: a PEM file without a passphrase, in which a line is -----BEGIN PRIVATE KEY-----)"
        for (target, settings, messages) in [
            ("type: webhook, url: \"https://a.example\"", "ca: notes", ["ca: \(certificate)"]),
            ("type: syslog, url: \"tls://a.example\"", "ca: notes", ["ca: \(certificate)"]),
            ("type: webhook, url: \"https://a.example\"", "ca: good.pem", []),
            ("type: webhook, url: \"https://a.example\"", "certificate: notes, key: good.key", ["certificate: \(certificate)"]),
            ("type: webhook, url: \"https://a.example\"", "certificate: good.pem, key: notes", ["key: \(key)"]),
            ("type: webhook, url: \"https://a.example\"", "certificate: good.pem, key: good.key", []),
        ] {
            let issues = Self.issues("sources: {}\nsinks: { s: { \(target), \(settings) } }", file: folder.path + "/w").filter { $0.contains(": error: ") }
            #expect(issues.map { String($0.split(separator: "error: ").last ?? "") } == messages, "\(issues)")
        }
    }

    /// A relative path of a configuration in /etc begins there, and nothing that is written belongs there.
    @Test func aRelativePathInEtcIsLedToAnAbsoluteOne() async throws {
        let yaml = "listen: { ingest: \"127.0.0.1:0\" }\nsources: {}\n"
        let hint = "relative paths begin in the folder of weir.yaml, which is no place for data there: "
        let configuration = try GatewayConfiguration.parse(yaml, file: "/etc/weir-none/weir.yaml", environment: [:])
        #expect(await StartChecks.problems(configuration).map(\.hint) == [hint + "data: /var/lib/weir"])
        let issues = Self.issues(yaml + "data: /var/lib\nsinks: { s: { type: file, path: out/x } }", file: "/etc/weir-none/weir.yaml")
        #expect(issues.contains { $0.hasSuffix("path: there is no folder /etc/weir-none/out (hint: \(hint)path: /var/lib/weir/changes.ndjson)") }, "\(issues)")
    }
}
