import FindingModel
import Testing

@testable import Adapters

struct TokenTests {
    private static let secrets = [
        LabelledSecret(label: "old", value: Array("s3cret-token".utf8)), LabelledSecret(label: "new", value: Array("user:next".utf8)),
    ]

    private func decide(_ scheme: AuthenticationScheme, _ headers: [(String, String)] = [], path: String? = nil) -> String {
        let authenticator = Authenticator(scheme: scheme, secrets: Self.secrets)
        switch authenticator.checkHead(RequestHead(headers: headers.map { (name: $0.0, value: $0.1) }, pathSecret: path)) {
        case .authentic(let verdict): return "\(verdict.scheme) \(verdict.secretLabel)"
        case .needsBody: return "needs body"
        case .refused(let refusal): return refusal.code.rawValue
        }
    }

    @Test(arguments: [
        ("Bearer s3cret-token", "bearer old"), ("bearer s3cret-token", "bearer old"), ("BEARER   s3cret-token", "bearer old"),
        ("Bearer user:next", "bearer new"),
        ("Bearer s3cret-toke", "wrong_secret"), ("Bearer s3cret-token ", "wrong_secret"), ("Bearer S3cret-token", "wrong_secret"), ("Bearer ", "wrong_secret"),
        ("Bearer s3cret-tokens", "wrong_secret"), ("Bearer", "malformed_credential"), ("Bearers3cret-token", "malformed_credential"),
        ("Basic s3cret-token", "malformed_credential"), ("s3cret-token", "malformed_credential"), ("", "malformed_credential"),
        ("Bearer\ts3cret-token", "malformed_credential"),
    ])
    func aBearerTokenIsExact(value: String, decision: String) {
        #expect(decide(.bearer, [("authorization", value)]) == decision)
    }

    @Test(arguments: [
        ("Basic dXNlcjpuZXh0", "basic new"), ("basic dXNlcjpuZXh0", "basic new"), ("Basic dXNlcjpuZXh1", "wrong_secret"),
        ("Basic dXNlcjpuZXh", "malformed_credential"),
        ("Basic user:next", "malformed_credential"), ("Basic ", "wrong_secret"), ("Bearer dXNlcjpuZXh0", "malformed_credential"),
    ])
    func basicCredentialsAreDecoded(value: String, decision: String) {
        #expect(decide(.basic, [("Authorization", value)]) == decision)
    }

    @Test func aHeadersValueIsExact() {
        #expect(decide(.header("X-Token"), [("x-TOKEN", "s3cret-token")]) == "header old")
        #expect(decide(.header("X-Token"), [("x-token", "")]) == "wrong_secret")
        #expect(decide(.header("X-Token"), [("authorization", "s3cret-token")]) == "missing_credential")
    }

    @Test func theSecretIsTheRestOfThePath() {
        #expect(decide(.secretURL, path: "s3cret-token") == "secret-url old")
        #expect(decide(.secretURL, path: "s3cret-token/x") == "wrong_secret")
        #expect(decide(.secretURL, path: "s3cret%2Dtoken") == "wrong_secret")
        #expect(decide(.secretURL, path: "") == "missing_credential")
        #expect(decide(.secretURL) == "missing_credential")
        #expect(decide(.bearer, [("authorization", "Bearer s3cret-token")], path: "s3cret-token") == "unexpected_path")
    }

    @Test func missingAndDoubledHeadersAreRefused() {
        #expect(decide(.bearer) == "missing_credential")
        let header = ("Authorization", "Bearer s3cret-token")
        #expect(decide(.bearer, [header, header]) == "doubled_header")
        #expect(decide(.header("X-Token"), [("X-Token", "s3cret-token"), ("x-token", "wrong")]) == "doubled_header")
    }

    @Test(arguments: [AuthenticationScheme.bearer, .basic, .header("X-Token"), .secretURL])
    func signersAndVerifiersAgree(scheme: AuthenticationScheme) {
        let signed = RequestSigner(scheme: scheme, secret: Self.secrets[1].value).credentials(for: [], now: Timestamp(milliseconds: 0))
        let path = signed.pathSuffix.isEmpty ? nil : String(signed.pathSuffix.dropFirst())
        #expect(decide(scheme, signed.headers.map { ($0.name, $0.value) }, path: path) == "\(scheme.word) new")
    }

    @Test func secretsThatCouldNeverMatchAreNamed() {
        func problem(_ scheme: AuthenticationScheme, _ secret: String) -> String? { scheme.problem(withSecret: Array(secret.utf8)) }
        for scheme in [AuthenticationScheme.bearer, .basic, .header("X"), .secretURL] { #expect(problem(scheme, "") != nil) }
        #expect(problem(.bearer, "abc") == nil)
        #expect(problem(.bearer, "a b") != nil)
        #expect(problem(.basic, "userpassword") != nil)
        #expect(problem(.secretURL, "abc/def") != nil)
        #expect(problem(.secretURL, "a1-._~Z") == nil)
    }

    @Test func aSecretNeverShowsItsValue() {
        let secret = Self.secrets[0]
        for text in ["\(secret)", String(reflecting: secret), "\([secret])", "\(Mirror(reflecting: secret).children.map { "\($0.value)" })"] {
            #expect(!text.contains("s3cret"))
            #expect(!text.contains("\(secret.value)"))
        }
    }

    @Test func base64HasOneSpellingForEachValue() {
        for count in 0..<8 {
            let bytes = (0..<count).map { UInt8($0 * 37) }
            #expect(Base64.decode(Array(Base64.encode(bytes).utf8)) == bytes)
        }
        for text in ["A", "AA", "AAA", "A===", "AB==", "AAB=", "====", "AA==AAAA", "AA=A", "A A=", "AA-_", "AAAA\n"] {
            #expect(Base64.decode(Array(text.utf8)) == nil, "\(text)")
        }
    }
}
