import Bytes
import CurlTransport
import Delivery
import Gateway
import Sinks
import Testing
import YAMLDocument

/// The settings of the sink `email`.
struct EmailSettingsTests {
    private func sinks(_ yaml: String) throws -> [SinkSettings] {
        let environment = ["MAIL_PASSWORD": "kept-secret\n", "ZERO": "kept\u{0}secret"]
        return try GatewayConfiguration.parse("sources: {}\nsinks:\n" + yaml, file: "/w", environment: environment).sinks
    }

    private func errors(_ yaml: String) -> [String] {
        do {
            _ = try sinks(yaml)
            return []
        } catch {
            return (error as? IssueList)?.errors.map(\.text) ?? ["\(error)"]
        }
    }

    @Test func everyKeyHasItsEffect() throws {
        let yaml = """
              mail: { type: email, url: "smtp://mail.example.com:2525", tls: starttls, sender: weir@example.com, to: [ a@example.com, b@example.org ], user: u, \
            password: "env:MAIL_PASSWORD", helo: weir.example.com, subject-prefix: "[prod]", batch: 7, gather: 5m, timeout: 9s, connect-timeout: 8s, \
            answer-max: 1KiB, networks: [ 10.0.0.0/8 ], from: beginning }
              plain: { type: email, url: "smtp://127.0.0.1", tls: none, networks: [ 127.0.0.0/8 ], sender: weir@localhost, to: root@localhost }
              least: { type: email, url: "smtps://mail.example.com", sender: weir@example.com, to: a@example.com }
            """
        let all = try sinks(yaml)
        let options = try all.map { try #require($0.options as? EmailSinkOptions) }
        try #require(options.count == 3)
        #expect(all[0].start == .beginning && options[0].server.port == 2525 && options[0].server.security == .starttls)
        #expect(options[0].sender == "weir@example.com" && options[0].recipients == ["a@example.com", "b@example.org"])
        #expect(options[0].login == OutboundMail.Login(user: "u", password: "kept-secret") && options[0].hello == "weir.example.com")
        #expect(options[0].subjectPrefix == "[prod]" && options[0].batch == 7 && options[0].gather == .seconds(300) && options[0].answerBytes == 1024)
        #expect(options[0].timeout == .seconds(9) && options[0].connectTimeout == .seconds(8) && options[0].policy.networks.blocks.count == 1)
        #expect(options[1].server.security == .none && options[1].server.port == 25 && options[1].login == nil && options[1].recipients == ["root@localhost"])
        #expect(all[2].start == .now && options[2].server.security == .tls && options[2].server.port == 465 && options[2].batch == 50)
        #expect(options[2].gather == .seconds(60) && options[2].timeout == .seconds(300) && options[2].subjectPrefix == "[Weir]")
        #expect(options.allSatisfy { $0.issues.isEmpty })
    }

    static let rest = "sender: w@example.com, to: a@example.com"

    @Test(arguments: [
        ("\(rest)", "needs 'url'"), ("url: \"smtps://m.example\", to: a@example.com", "needs 'sender'"),
        ("url: \"smtps://m.example\", sender: w@example.com", "needs 'to'"),
        ("url: \"https://m.example\", \(rest)", "url: the URL begins with neither smtps:// nor smtp://"),
        ("url: \"smtps://m.example\", tls: starttls, \(rest)", "url: smtps:// is TLS from the first byte"),
        ("url: \"smtp://m.example\", tls: tls, \(rest)", "url: smtp:// does not begin with TLS; write smtps://"),
        ("url: \"smtp://m.example\", tls: opportunistic, \(rest)", "unknown tls 'opportunistic'"),
        ("url: \"smtp://m.example\", tls: none, \(rest)", "url: mail without TLS is sent only to addresses in the sink's 'networks'"),
        ("url: \"smtp://192.0.2.7\", tls: none, networks: [ 10.0.0.0/8 ], \(rest)", "url: 192.0.2.7 is a reserved address"),
        ("url: \"smtps://169.254.169.254\", networks: [ 169.254.0.0/16 ], \(rest)", "cloud metadata"),
        (
            "url: \"smtp://10.0.0.1\", tls: none, networks: [ 10.0.0.0/8 ], user: u, password: \"env:MAIL_PASSWORD\", \(rest)",
            "a password is not sent without TLS"
        ),
        ("url: \"smtps://m.example\", user: u, \(rest)", "'user' and 'password' belong together"),
        ("url: \"smtps://m.example\", user: u, password: kept-secret, \(rest)", "password is not a reference"),
        ("url: \"smtps://m.example\", user: u, password: \"env:ZERO\", \(rest)", "password: env:ZERO has a zero byte"),
        ("url: \"smtps://m.example\", sender: \"Weir <w@example.com>\", to: a@example.com", "sender: 'Weir <w@example.com>' is no mail address: "),
        ("url: \"smtps://m.example\", sender: w@example.com, to: [ a@example.com, nobody ]", "to: 'nobody' is no mail address: "),
        ("url: \"smtps://m.example\", sender: w@example.com, to: \"j\u{f6}rg@example.com\"", "outside ASCII, which need SMTPUTF8"),
        ("url: \"smtps://m.example\", sender: w@example.com, to: [ a@example.com, a@example.com ]", "to: 'a@example.com' stands there twice"),
        ("url: \"smtps://m.example\", sender: w@example.com, to: []", "to: a mail has 1 to 100 recipients"),
        ("url: \"smtps://m.example\", helo: \"-x\", \(rest)", "helo: '-x' is not a host name"),
        ("url: \"smtps://m.example\", batch: 101, \(rest)", "batch: '101' is not a number from 1 to 100"),
        ("url: \"smtps://m.example\", recipient: x, \(rest)", "unknown key 'recipient'"),
    ])
    func mistakesHaveAPlace(_ keys: String, _ error: String) {
        let errors = errors("  m: { type: email, \(keys) }")
        #expect(errors.count == 1 && errors.contains { $0.contains(error) && $0.hasPrefix("/w:3:") }, "\(errors)")
        #expect(!errors.joined().contains("kept"))
    }
}
