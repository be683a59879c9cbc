import CurlTransport
import Gateway
import Sinks
import Testing
import YAMLDocument

struct WebhookSettingsTests {
    private static let environment = [
        "KEY": "k3y-0123456789", "TOKEN": "t0k-0123456789\n", "LINES": "a\nb-0123456789", "HOOK": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    ]

    private static func parse(_ sink: String) throws -> GatewayConfiguration {
        let yaml = "listen: { ingest: 127.0.0.1:0 }\nsinks:\n  s: { type: webhook, url: \"https://r.example\", \(sink) }\n"
        return try GatewayConfiguration.parse(yaml, file: "/w", environment: environment)
    }

    private static func options(_ sink: String) throws -> WebhookSinkOptions {
        try #require(try parse(sink).sinks.first?.options as? WebhookSinkOptions)
    }

    @Test func everyKeyOfAReceiverHasItsEffect() throws {
        let folder = try TemporaryFolder()
        try TestCertificate.write("own", in: folder.path, days: 365)
        let full = try Self.options(
            """
            headers: { X-Api-Key: "env:KEY", Authorization: "Bearer env:TOKEN", X-Team: blue team },
                content-type: application/json, certificate: \(folder.path)/own.pem, key: \(folder.path)/own.key,
                expect: { status: [ 200, 202 ], content-type: Application/JSON, body: '"ok":true' }, body: { text: "{{ title }}", id: "{{ change.id }}" }
            """)
        let key = "k3y-0123456789", token = "t0k-0123456789"
        #expect(full.headers == [.init("X-Api-Key", key, secret: key), .init("Authorization", "Bearer \(token)", secret: token), .init("X-Team", "blue team")])
        let identity = ClientIdentity(certificateFile: folder.path + "/own.pem", keyFile: folder.path + "/own.key")
        #expect(full.contentType == "application/json" && full.destination.identity == identity)
        #expect(full.expectation.statuses == [200, 202] && full.expectation.contentType == "application/json" && full.expectation.text == #""ok":true"#)
        let title = try RecordTemplate("{{ title }}", scope: .change), id = try RecordTemplate("{{ change.id }}", scope: .change)
        #expect(full.body == WebhookBody(.object([.init("text", .text(title)), .init("id", .text(id))])) && full.issues.isEmpty)
        let text = try Self.options(#"body: '{"text": "{{ title }}", "id": "{{ change.id }}"}'"#)
        #expect(text.body == full.body && text.headers.isEmpty && text.credentials == nil)
        let credentials = try #require(
            try Self.options(
                """
                oauth2: { token-url: "https://login.example/token", client-id: weir, client-secret: "env:KEY", scope: a b, audience: api, auth: body }
                """
            ).credentials)
        #expect(credentials.tokenURL.text == "https://login.example/token" && credentials.clientID == "weir" && credentials.clientSecret == key)
        #expect(credentials.scope == "a b" && credentials.audience == "api" && credentials.authentication == .body)
    }

    @Test func aReceiverThatProvesItsSenderNeedsNoSignature() throws {
        let words = "the sink 's' has no 'secret': its requests are not signed"
        #expect(try Self.parse("batch: 1").warnings.contains { $0.message == words })
        let folder = try TemporaryFolder()
        try TestCertificate.write("own", in: folder.path, days: 365)
        for sink in ["headers: { X-Key: \"env:KEY\" }", "certificate: \(folder.path)/own.pem, key: \(folder.path)/own.key", "secret: \"env:HOOK\""] {
            #expect(try !Self.parse(sink).warnings.contains { $0.message == words }, "\(sink)")
        }
        let warnings = try Self.parse("secret: \"env:HOOK\", headers: { X-Auth-Token: abcdefgh }").warnings
        #expect(warnings.contains { $0.message == "headers.X-Auth-Token stands in the configuration itself" })
    }

    @Test(
        arguments: [
            ("headers: { webhook-id: a }", "headers: 'webhook-id' cannot stand here"), ("headers: { \"a b\": c }", "headers: 'a b' cannot stand here"),
            ("headers: { Content-Type: a/b }", "(hint: content-type: application/json)"), ("headers: { X-A: b, x-a: c }", "headers: x-a stands here twice"),
            ("headers: { X-A: \"env:LINES\" }", "headers.X-A: the value is not printable ASCII"), ("headers: { X-A: \"env:NONE\" }", "NONE is not set"),
            ("headers: [ a ]", "headers must be a mapping"), ("content-type: text/html", "content-type: 'text/html' is not a kind of JSON"),
            ("content-type: application", "is not a kind of JSON"), ("certificate: /etc/hosts", "'certificate' and 'key' belong together"),
            ("expect: { status: 302 }", "expect.status: '302' is not a number from 200 to 299"), ("expect: { stauts: 200 }", "unknown key 'stauts'"),
            ("expect: { content-type: json }", "expect.content-type: 'json' is not a media type"),
            ("body: { a: \"{{ titel }}\" }", "body.a: a change has no value 'titel'"), ("body: '{\"a\": {{ cvss }} }'", "body: this is not JSON"),
            ("body: '{\"a\": \"{{ cvs }}\"}'", "body.a: a change has no value 'cvs'"), ("body: '7'", "body is neither an object nor a list"),
            ("body: { a: \"x {{ record }}\" }", "body.a: the whole record is a JSON object"),
            ("oauth2: { token-url: \"https://l.example\", client-id: a }", "oauth2 needs 'client-secret'"),
            ("oauth2: { token-url: \"http://l.example\", client-id: a, client-secret: \"env:KEY\" }", "oauth2.token-url: plain http is sent only"),
            ("oauth2: { token-url: \"https://169.254.169.254/\", client-id: a, client-secret: \"env:KEY\" }", "cloud metadata address, which is never allowed"),
            ("oauth2: { token-url: \"https://l.example\", client-id: a, client-secret: \"env:KEY\", auth: jwt }", "unknown oauth2.auth 'jwt'"),
            (
                "oauth2: { token-url: \"https://l.example\", client-id: a, client-secret: \"env:KEY\" }, headers: { Authorization: x }",
                "headers: 'oauth2' sets Authorization"
            ),
        ])
    func mistakesAreSaidAndNoSecretIs(sink: String, words: String) throws {
        let error = #expect(throws: IssueList.self) { try Self.parse(sink) }
        let text = error?.errors.map(\.text).joined(separator: "\n") ?? ""
        #expect(text.contains(words), "\(text)")
        #expect(!text.contains("0123456789"))
    }
}
