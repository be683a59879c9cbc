import Digests
import Testing
import YAMLDocument

@testable import Adapters

struct AuthenticationSchemeTests {
    private func compile(_ yaml: String) throws -> (scheme: AuthenticationScheme?, issues: IssueList) {
        let node = try YAMLDocument.parse(yaml, file: "a.yaml").get()
        var issues = IssueCollector(file: "a.yaml")
        let scheme = AuthenticationScheme.compile(try #require(node["authenticate"]), issues: &issues)
        return (scheme, issues.list)
    }

    @Test func wordsAndFormsCompile() throws {
        #expect(try compile("authenticate: bearer").scheme == .bearer)
        #expect(try compile("authenticate: basic").scheme == .basic)
        #expect(try compile("authenticate: secret-url").scheme == .secretURL)
        #expect(try compile("authenticate: { header: X-Gitlab-Token }").scheme == .header("X-Gitlab-Token"))
        let signature = try compile(
            """
            authenticate:
              hmac:
                algorithm: sha512
                signature: { header: X-Sig, prefix: "sha512=", encoding: base64 }
                message: [ { header: X-Ts }, ".", body, "!" ]
                timestamp: { header: X-TS, unit: s, tolerance: 13h }
            """)
        #expect(signature.issues.issues.isEmpty)
        #expect(
            signature.scheme
                == .hmac(
                    SignatureScheme(
                        algorithm: .sha512, header: "X-Sig", prefix: "sha512=", encoding: .base64, beforeBody: [.header("X-Ts"), .literal([0x2e])],
                        afterBody: [.literal([0x21])], time: .init(header: "X-TS", unit: .seconds, tolerance: .within(milliseconds: 46_800_000)))))
        #expect(signature.scheme?.credentialHeaders == ["authorization", "x-sig"])
        #expect(signature.scheme?.signedHeaders == ["x-ts"])
        #expect(signature.scheme?.signsTime == true)
    }

    @Test(arguments: [
        ("authenticate: none", "every source is authenticated"), ("authenticate: barer", "did you mean 'bearer'"), ("authenticate: hmac", "needs its settings"),
        ("authenticate: [ bearer ]", "must be one of"), ("authenticate: { bearer: x }", "takes no settings"),
        ("authenticate: { headr: X }", "did you mean 'header'"),
        ("authenticate: { header: X Y }", "cannot be the name"), ("authenticate: { header: [ X ] }", "must be a word"),
        ("authenticate: { header: X, hmac: {} }", "must be one of"), ("authenticate: {}", "must be one of"),
        ("authenticate: { hmac: [] }", "expected a mapping"),
    ])
    func slipsAreNamed(yaml: String, message: String) throws {
        let result = try compile(yaml)
        #expect(result.scheme == nil)
        #expect(result.issues.text.contains(message), "\(result.issues)")
    }

    @Test func everySlipInASignatureIsNamedAtOnceWithItsPlace() throws {
        let result = try compile(
            """
            authenticate:
              hmac:
                algorithm: md5
                signatur: {}
                signature: { header: X-Sig, encoding: hexx }
                message: [ { header: X-Ts }, ., { heder: X } ]
                timestamp: { header: X-Other, unit: min, tolerance: soon }
            """)
        #expect(result.scheme == nil)
        let text = result.issues.issues.map(\.text)
        for (place, message) in [
            ("a.yaml:3:16", "unknown algorithm 'md5'"), ("a.yaml:4:5", "unknown key 'signatur'"), ("a.yaml:5:43", "unknown encoding 'hexx'"),
            ("a.yaml:6:34", "a part of the message"), ("a.yaml:6:39", "unknown key 'heder'"), ("a.yaml:6:14", "must contain the body"),
            ("a.yaml:7:41", "unknown unit 'min'"), ("a.yaml:7:57", "a tolerance is a time"),
        ] {
            #expect(text.contains { $0.hasPrefix(place) && $0.contains(message) }, "\(place) \(message) in \(text)")
        }
    }

    @Test(arguments: [
        ("[ { header: X-Ts }, body, body ]", "more than once"), ("[ body ]", "proves nothing unless"),
        ("[ { header: X-Ts }, { header: X-SIG }, body ]", "its own header"),
        ("body", "must be a list"), ("[ { header: X-Ts }, \"\", body ]", "a part of the message"),
    ])
    func messagesThatProveNothingAreRefused(message: String, expected: String) throws {
        let result = try compile(
            """
            authenticate:
              hmac:
                algorithm: sha256
                signature: { header: X-Sig, encoding: hex }
                message: \(message)
                timestamp: { header: X-Ts, unit: ms, tolerance: none }
            """)
        #expect(result.scheme == nil)
        #expect(result.issues.text.contains(expected), "\(result.issues)")
    }

    @Test func tolerancesAreTimes() {
        #expect(Tolerance("5m") == .within(milliseconds: 300_000))
        #expect(Tolerance("90s") == .within(milliseconds: 90_000))
        #expect(Tolerance("500ms") == .within(milliseconds: 500))
        #expect(Tolerance("2d") == .within(milliseconds: 172_800_000))
        #expect(Tolerance("none") == Tolerance.none)
        for text in ["", "5", "m", "0s", "-5m", "5 m", "5min", "9999999999d", "off", "NONE", "1.5h"] { #expect(Tolerance(text) == nil, "\(text)") }
    }
}
