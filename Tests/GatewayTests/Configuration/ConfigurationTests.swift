import Bytes
import Adapters
import Delivery
import Foundation
import Gateway
import Sinks
import Testing
import YAMLDocument

/// Configurations that are taken, and what is made of them.
struct ConfigurationTests {
    static let environment = [
        "HOSTEDSCAN_SECRET": "hostedscan-secret-0123456789", "HOLM_URL_SECRET": "holm-url-secret-0123456789", "RECONFIRM_TOKEN": "reconfirm-token-0123456789",
        "HOOK_SECRET": "whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=", "ALICE_TOKEN": "alice-token-0123456789\n",
    ]

    static let complete = """
        public-url: https://hooks.example.com/
        listen:
          ingest: { address: "0.0.0.0:8443", trusted-proxies: [ 10.0.0.0/8, 2001:db8::1 ] }
          console: 127.0.0.1:8081
        data: ./data
        journal: /other/disk
        disk-reserve: 1GiB
        connections: 500
        sources:
          hostedscan: { adapter: hostedscan, secrets: [ "env:HOSTEDSCAN_SECRET" ], timestamp-tolerance: 5m }
          shop:       { adapter: probely, account: acme, secrets: [ "file:secrets/probely" ] }
          holm:       { adapter: holm, secrets: [ "env:HOLM_URL_SECRET" ], timezone: Europe/Stockholm, allow: [ 192.0.2.0/24 ] }
          reconfirm:  { adapter: reconfirm, secrets: "env:RECONFIRM_TOKEN", body-max: 16MiB, rate: 3600/h, burst: 5, bytes-per-day: 1GiB }
        sinks:
          archive: { type: file, path: data/changes.ndjson, rotate: 1GiB, keep: 3 }
          local:   { type: webhook, url: "http://127.0.0.1:9000/hook", secret: "env:HOOK_SECRET", networks: [ 127.0.0.0/8 ], batch: 20, from: now, timeout: 10s }
        routes:
          - { to: [ archive ], when: { type: [ "finding.*", "scan.*" ] } }
        operators:
          alice: { token: "env:ALICE_TOKEN", role: operate }
        """

    @Test func everyKeyHasItsEffect() throws {
        let folder = try TemporaryFolder()
        let secret = try folder.write("secrets/probely", "probely-secret-0123456789\r\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: secret)
        let configuration = try GatewayConfiguration.parse(Self.complete, file: folder.path + "/weir.yaml", environment: Self.environment)
        #expect(configuration.publicURL == "https://hooks.example.com")
        #expect(configuration.listen.ingest.address.text == "0.0.0.0:8443")
        #expect(configuration.listen.ingest.trustedProxies.blocks.map(\.description) == ["10.0.0.0/8", "2001:db8::1/128"])
        #expect(configuration.listen.console?.port == 8081)
        #expect(configuration.storage.data == folder.path + "/data")
        #expect(configuration.storage.socketFile == folder.path + "/data/weir.sock")
        #expect(configuration.storage.journal == "/other/disk")
        #expect(configuration.storage.diskReserve == .bytes(1 << 30))
        #expect(configuration.limits.connections == 500 && configuration.limits.connectionsPerAddress == 500)

        let sources = configuration.sources
        #expect(sources.map(\.name) == ["hostedscan", "shop", "holm", "reconfirm"])
        #expect(sources.map(\.account) == ["hostedscan", "acme", "holm", "reconfirm"])
        #expect(sources.map(\.tolerance) == [Tolerance.within(milliseconds: 300_000), nil, nil, nil])
        #expect(sources[1].secrets.map(\.label) == ["file:secrets/probely"])
        #expect(sources[1].secrets.map(\.value) == [Array("probely-secret-0123456789".utf8)])
        #expect(sources[2].timezone == "Europe/Stockholm" && sources[2].allow.blocks.map(\.description) == ["192.0.2.0/24"])
        #expect(sources[3].bodyMax == 16 << 20 && sources[3].rate == 1 && sources[3].burst == 5 && sources[3].bytesPerDay == 1 << 30)
        #expect(sources[0].bodyMax == 4 << 20 && sources[0].rate == 200 && sources[0].burst == 20_000 && sources[0].bytesPerDay == 8 << 30)

        #expect(configuration.sinks.map(\.name) == ["archive", "local"])
        #expect(configuration.sinks.map(\.start) == [.beginning, .now])
        let file = try #require(configuration.sinks[0].options as? FileSinkOptions)
        let webhook = try #require(configuration.sinks[1].options as? WebhookSinkOptions)
        #expect(file.path == folder.path + "/data/changes.ndjson" && file.rotateBytes == 1 << 30 && file.keep == 3)
        #expect(webhook.batch == 20 && webhook.destination.timeout == .seconds(10) && webhook.destination.connectTimeout == .seconds(5))
        #expect(configuration.routes.map(\.sinks) == [["archive"], ["local"]])
        #expect(configuration.operators.map(\.name) == ["alice"])
        #expect(configuration.operators[0].token.value == Array("alice-token-0123456789".utf8))
        #expect(configuration.warnings.isEmpty, "\(configuration.warnings.map(\.text))")
    }

    @Test func aShortConfigurationHasTheDefaults() throws {
        let yaml = "sources:\n  h: { adapter: hostedscan, secrets: \"env:HOSTEDSCAN_SECRET\" }\n"
        let configuration = try GatewayConfiguration.parse(yaml, file: "/etc/weir/weir.yaml", environment: Self.environment)
        #expect(configuration.listen.ingest.address.text == "127.0.0.1:8080")
        #expect(configuration.listen.console == nil)
        #expect(configuration.storage.data == "/etc/weir/data" && configuration.storage.journal == "/etc/weir/data/journal")
        #expect(configuration.storage.diskReserve == nil)
        #expect(configuration.limits == LimitSettings())
    }

    @Test(arguments: [
        ("sources: {}", "w:1:10: warning: there are no sources, so nothing can be received"),
        ("public-url: http://h.example\nsources: {}", "w:1:13: warning: public-url: vendors send credentials there in clear text (hint: use https)"),
        (
            "public-url: https://h.example/in/\nsources: {}",
            "w:1:13: warning: public-url: /in/SOURCE comes behind it, so that vendors would be given a URL with /in/ in it twice (hint: leave out what begins with /in)"
        ),
        (
            "sources: { h: { adapter: holm, secrets: \"literal:0123456789abcdef\" } }",
            "w:1:41: warning: secrets stands in the configuration itself (hint: use env:NAME or file:PATH)"
        ),
        (
            "sources: { h: { adapter: holm, secrets: \"env:SHORT\" } }",
            "w:1:41: warning: secrets: env:SHORT is shorter than 16 bytes, so it can be guessed (hint: openssl rand -hex 32)"
        ),
        ("sources: {}\nsinks: {}", "w:2:8: warning: there are no sinks, so nothing is delivered"),
        (
            "sources: { a: { adapter: holm, secrets: \"env:HOSTEDSCAN_SECRET\" }, b: { adapter: holm, secrets: \"env:HOSTEDSCAN_SECRET\" } }",
            "w:1:97: warning: secrets: env:HOSTEDSCAN_SECRET holds the same secret as the source 'a', so each can send as the other (hint: name a file of its own: weir sources setup b --write makes it)"
        ),
        (
            "sinks: { a: { type: file, path: a } }\nroutes: [ { to: a, when: { resource: [ \"*.münchen.example.test\", \"mün*.example.test\", \"Büro*\" ] } } ]\nsources: {}",
            "w:2:66: warning: 'mün*.example.test' describes no host: hosts are compared in their ASCII form, which a part of a label with letters outside ASCII does not have (hint: write the label whole, or '*' alone in its place)"
        ),
        ("sources: {}\nsinks: { f: { type: file, path: x, keep: 2 } }", "w:2:42: warning: keep has no effect without 'rotate'"),
        ("disk-reserve: 5", "w:1:15: warning: disk-reserve: 5 B keeps no room free for what has to be written (hint: 1GiB, or 5%)"),
        (
            "sinks: { s: { type: file, path: /tmp/a, from: 9999-01-01 } }",
            "w:1:47: warning: from: 9999-01-01T00:00:00.000Z has not come yet, so the sink begins with the next change (hint: 'now' says the same)"
        ),
    ]) func whatIsDoubtfulIsSaid(yaml: String, warning: String) throws {
        let configuration = try GatewayConfiguration.parse(yaml, file: "w", environment: Self.environment.merging(["SHORT": "short"]) { $1 })
        #expect(configuration.warnings.map(\.text).contains(warning), "\(configuration.warnings.map(\.text))")
    }

    /// Networks of everybody are no protection, and are not written by people who know that.
    @Test(arguments: [
        (
            "listen: { ingest: { address: 127.0.0.1:0, trusted-proxies: [ 0.0.0.0/0 ] } }",
            "listen.ingest.trusted-proxies: 0.0.0.0/0 holds nearly every address: anybody may say in X-Forwarded-For who they are"
        ),
        (
            "sources: { h: { adapter: holm, secrets: [ \"env:HOSTEDSCAN_SECRET\" ], allow: [ 10.0.0.0/8, \"::/0\" ] } }",
            "allow: ::/0 holds nearly every address"
        ),
        (
            "sinks: { s: { type: webhook, url: \"https://a.example\", networks: [ 0.0.0.0/1, 128.0.0.0/1 ] } }",
            "networks: 128.0.0.0/1 holds nearly every address: what the name leads to is not checked, and may be asked without TLS"
        ),
        ("sinks: { s: { type: email, url: \"smtps://m.example\", sender: a@b.example, to: c@d.example, networks: [ 2000::/3 ] } }", "networks: 2000::/3 holds"),
    ]) func networksOfEverybodyAreTold(yaml: String, warning: String) throws {
        let configuration = try GatewayConfiguration.parse(yaml, file: "/w", environment: Self.environment)
        #expect(configuration.warnings.contains { $0.message.hasPrefix(warning) }, "\(configuration.warnings.map(\.text))")
    }

    @Test(
        arguments: [
            ("\u{feff}a-secret-of-sixteen-bytes", "begins with a byte order mark"), ("a-secret-of-sixteen-bytes\n\n", "ends with more than one newline"),
            ("a-secret-of-sixteen-bytes\r\n\r\n", "ends with more than one newline"), ("a-secret-of-sixteen-bytes \n", "ends with a blank"),
            ("\ta-secret-of-sixteen-bytes", "begins with a blank"), ("a-secret-of-sixteen-bytes\n", nil), ("a secret of sixteen bytes", nil),
        ] as [(String, String?)]) func whatAnEditorMayHaveAddedToASecretIsSaid(secret: String, oddity: String?) throws
    {
        let folder = try TemporaryFolder()
        try folder.write("hidden", secret)
        let yaml = "sources:\n  h: { adapter: hostedscan, secrets: \"file:hidden\" }\n"
        let configuration = try GatewayConfiguration.parse(yaml, file: folder.path + "/w", environment: [:])
        let warnings = configuration.warnings.map(\.text).filter { $0.contains("file:hidden") }
        #expect(warnings.count == (oddity == nil ? 0 : 1) && warnings.allSatisfy { $0.contains(oddity ?? "") }, "\(warnings)")
    }

    @Test func aByteOrderMarkBeforeTheConfigurationOrAnAdapterIsPassedOver() throws {
        let folder = try TemporaryFolder()
        try folder.write(
            "mine/acme/adapter.yaml",
            "\u{feff}adapter: acme\nvendor: Mine\nauthenticate: bearer\nevent: { key: $.id, kind: $.kind }\nrecords: [ { kinds: [ a ], finding: { key: $.id } } ]\n"
        )
        let yaml = "\u{feff}adapters: [ mine ]\nsources:\n  h: { adapter: acme, secrets: \"env:HOSTEDSCAN_SECRET\" }\n"
        let configuration = try GatewayConfiguration.parse(yaml, file: folder.path + "/w", environment: Self.environment)
        #expect(configuration.sources.map(\.adapter) == ["acme"])
    }

    @Test func aSecretThatOthersCanReadIsSaid() throws {
        let folder = try TemporaryFolder()
        try folder.write("secret", "0123456789abcdef")
        for (mode, isSaid) in [(0o600, false), (0o400, false), (0o640, true), (0o604, true)] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: folder.path + "/secret")
            let yaml = "sources: { h: { adapter: holm, secrets: \"file:secret\" } }\nsinks: { f: { type: file, path: x } }"
            let configuration = try GatewayConfiguration.parse(yaml, file: folder.path + "/w", environment: [:])
            let warning = "secrets: others can read \(folder.path)/secret (mode 0\(String(mode, radix: 8)))"
            #expect(configuration.warnings.map(\.message) == (isSaid ? [warning] : []))
            #expect(configuration.sources[0].secretFiles == [folder.path + "/secret"])
        }
    }

    @Test func foldersOfAdaptersWinOverTheBuiltInOnesWithAWarning() throws {
        let folder = try TemporaryFolder()
        let manifest =
            "adapter: holm\nvendor: Mine\nauthenticate: bearer\nevent: { key: $.id, kind: $.kind }\nrecords: [ { kinds: [ a ], finding: { key: $.id } } ]\n"
        try folder.write("first/holm/adapter.yaml", manifest)
        try folder.write("second/holm/adapter.yaml", manifest)
        let yaml = "adapters: [ first, second ]\nsources:\n  h: { adapter: holm, secrets: \"env:HOSTEDSCAN_SECRET\" }\nsinks: { f: { type: file, path: x } }\n"
        let configuration = try GatewayConfiguration.parse(yaml, file: folder.path + "/w", environment: Self.environment)
        #expect(
            configuration.warnings.map(\.message) == [
                "the adapter 'holm' of \(folder.path)/first/holm/adapter.yaml wins over the built-in one",
                "the adapter 'holm' of \(folder.path)/second/holm/adapter.yaml is not used: \(folder.path)/first/holm/adapter.yaml, listed before it, wins",
            ])
        #expect(configuration.adapters.origins["holm"] == folder.path + "/first/holm/adapter.yaml")
    }
}
