import Foundation
import Gateway
import Testing
import YAMLDocument

/// Configurations that are refused: every error at once, each with its place.
struct ConfigurationErrorTests {
    private static func errors(_ yaml: String, file: String = "w") -> [String] {
        do {
            _ = try GatewayConfiguration.parse(yaml, file: file, environment: ConfigurationTests.environment)
            return []
        } catch {
            return error.errors.map(\.text)
        }
    }

    /// An error without the list of the types of sinks that there are.
    private static func withoutTypes(_ error: String) -> String { String(error.split(separator: " (hint: known: file").first ?? "") }

    @Test(arguments: [
        ("sourses: {}", "w:1:1: error: unknown key 'sourses' (hint: did you mean 'sources'?)"),
        ("disk_reserve: 1GiB", "w:1:1: error: unknown key 'disk_reserve' (hint: did you mean 'disk-reserve'?)"),
        ("just a word", "w:1:1: error: the configuration must be a mapping, not a word"),
        ("sources: [a]", "w:1:10: error: sources must be a mapping from names to settings, not a list"),
        ("data:", "w:1:6: error: data is empty"),
        ("disk-reserve: lots", "w:1:15: error: disk-reserve: 'lots' is not a size such as 1GiB, or a share such as 5%"),
        ("connections: 0", "w:1:14: error: connections: '0' is not a number from 1 to 1000000"),
        ("public-url: hooks.example.com", "w:1:13: error: public-url: this is not a URL (hint: https://host.example.com/path)"),
        (
            "listen: { ingest: localhost }",
            "w:1:19: error: listen.ingest: 'localhost' is not an address such as 127.0.0.1:8080, [::1]:8080 or 0.0.0.0:8443"
        ),
        (
            "listen: { ingest: \"0.0.0.0:80\" }",
            "w:1:19: error: listen.ingest: 0.0.0.0:80 is reachable from other machines, so it needs 'tls' or 'trusted-proxies' (hint: { address: 0.0.0.0:80, tls: { certificate: FILE, key: FILE } })"
        ),
        (
            "listen: { ingest: { address: 0.0.0.0:80, tls: { certificate: none.pem, key: none.key } } }",
            "w:1:62: error: tls.certificate: cannot read /none.pem: there is no such file"
        ),
        (
            "listen: { ingest: { address: 127.0.0.1:80, tls: { certificate: /etc/hostname, key: /etc/hostname } } }",
            "w:1:49: error: tls: cannot read a certificate in /etc/hostname"
        ),
        (
            "listen: { ingest: { address: 127.0.0.1:80, tls: { certificate: /etc/hostname, kee: x } } }",
            "w:1:79: error: unknown key 'kee' (hint: did you mean 'key'?)"
        ),
        (
            "listen: { console: \"127.0.0.1:1\" }",
            "w:1:20: error: listen.console needs at least one of 'operators' (hint: operators: { alice: { token: \"env:ALICE_TOKEN\", role: read } }; commands need none, they use the socket in the data folder)"
        ),
        (
            "listen: { console: \"0.0.0.0:1\" }\noperators: { a: { token: \"env:ALICE_TOKEN\", role: read } }",
            "w:1:20: error: listen.console: 0.0.0.0:1 is reachable from other machines, and the console has no TLS of its own (hint: listen on 127.0.0.1 and put a TLS proxy in front)"
        ),
        (
            "listen: { ingest: \"127.0.0.1:8\", console: \"127.0.0.1:8\" }\noperators: { a: { token: \"env:ALICE_TOKEN\", role: read } }",
            "w:1:43: error: listen.console: 127.0.0.1:8 is where scanners send to (listen.ingest) (hint: give the console another port)"
        ),
        ("operators: { a: { token: \"env:ALICE_TOKEN\", role: admin } }", "w:1:51: error: unknown role 'admin' (hint: known: read, operate)"),
        ("operators: { a: { role: read } }", "w:1:17: error: the operator 'a' needs 'token'"),
        (
            "operators: { a: { token: \"literal:short\", role: read } }",
            "w:1:26: error: token: literal on line 1 is shorter than 16 bytes (hint: openssl rand -hex 32)"
        ),
        (
            "retention: { receipts: 5 }",
            "w:1:24: error: retention.receipts: '5' is not a duration from 1d to 36525d, such as 30s, 5m, 12h or 400d (hint: a unit is missing: 5d)"
        ),
        (
            "retention: { receipts: 7days }",
            "w:1:24: error: retention.receipts: '7days' is not a duration from 1d to 36525d, such as 30s, 5m, 12h or 400d (hint: did you mean '7d'?)"
        ),
        ("a: 1\na: 2", "w:2:1: error: the key 'a' is already there on line 1"),
    ]) func mistakesAtTheTopHaveAPlace(yaml: String, error: String) {
        #expect(
            Self.errors(yaml, file: yaml.contains("none.pem") ? "/w" : "w").contains(yaml.contains("none.pem") ? "/" + error : error), "\(Self.errors(yaml))")
    }

    @Test(arguments: [
        (
            "Shop: { adapter: holm, secrets: \"env:HOLM_URL_SECRET\" }",
            "2:3: error: the source's name 'Shop' must be 1 to 63 of a-z, 0-9 and '-', and not begin with '-'"
        ),
        ("h: { secrets: \"env:HOLM_URL_SECRET\" }", "2:6: error: the source 'h' needs 'adapter'"),
        ("h: { adapter: holm }", "2:6: error: the source 'h' needs 'secrets'"),
        ("h: { adapter: holm, secrets: [] }", "2:32: error: secrets: the list is empty (hint: there is no source without authentication)"),
        ("h: { adapter: homl, secrets: \"env:HOLM_URL_SECRET\" }", "2:17: error: unknown adapter 'homl' (hint: did you mean 'holm'?)"),
        (
            "h: { adapter: qualys, secrets: \"env:HOLM_URL_SECRET\" }",
            "2:17: error: unknown adapter 'qualys' (hint: known: holm, hostedscan, probely, reconfirm)"
        ),
        (
            "h: { adapter: holm, secrets: \"env:ABSENT\" }",
            "2:32: error: secrets: the environment variable ABSENT is not set (hint: it must be set for the process that serves (systemd: EnvironmentFile=), and to check as that does see docs/operations.md, systemd-run; or name a file: file:secrets/absent)"
        ),
        (
            "h: { adapter: holm, secrets: [ \"file:none\" ] }",
            "2:34: error: secrets: cannot read /none: there is no such file (hint: weir sources setup h --write --config /w)"
        ),
        (
            "h: { adapter: holm, secrets: [ hunter2 ] }",
            "2:34: error: secrets is not a reference (hint: write env:NAME or file:PATH (or literal:TEXT, which everyone who reads this file then knows))"
        ),
        ("h: { adapter: holm, secret: \"env:HOLM_URL_SECRET\" }", "2:23: error: unknown key 'secret' (hint: did you mean 'secrets'?)"),
        (
            "h: { adapter: holm, secrets: \"env:HOLM_URL_SECRET\", allow: [ 192.0.2.1/24 ] }",
            "2:64: error: allow: '192.0.2.1/24' has bits set beyond the first 24 (hint: 192.0.2.0/24)"
        ),
        (
            "h: { adapter: holm, secrets: \"env:HOLM_URL_SECRET\", timezone: Stockholm }",
            "2:65: error: timezone: there is no zone 'Stockholm' (hint: names of the IANA database, such as Europe/Stockholm)"
        ),
        (
            "h: { adapter: holm, secrets: \"env:HOLM_URL_SECRET\", timestamp-tolerance: 5 }",
            "2:76: error: timestamp-tolerance: '5' is not a duration such as 5m, or none (hint: a unit is missing: 5s, 5m, 5h or 5d)"
        ),
        (
            "h: { adapter: holm, secrets: \"env:HOLM_URL_SECRET\", body-max: 1TiB }",
            "2:65: error: body-max: '1TiB' is not a size from 1 KiB to 32 MiB, such as 512KiB, 16MiB or 1GiB"
        ),
        (
            "h: { adapter: holm, secrets: \"env:HOLM_URL_SECRET\", rate: fast }",
            "2:61: error: rate: 'fast' is not a rate of whole requests per second, such as 200/s"
        ),
        (
            "h: { adapter: holm, secrets: \"literal:a secret with spaces\" }",
            "2:32: error: secrets: literal on line 2 holds a character that a URL would escape: use A-Z, a-z, 0-9, '-', '.', '_' and '~'"
        ),
        ("h: word", "2:6: error: the source 'h' must be a mapping, not a word"),
    ]) func mistakesInSourcesHaveAPlace(source: String, error: String) {
        #expect(Self.errors("sources:\n  " + source, file: "/w").contains("/w:" + error), "\(Self.errors("sources:\n  " + source, file: "/w"))")
    }

    @Test(arguments: [
        ("s: { type: pigeon, url: x, token: y, index: z }", ["2:14: error: unknown sink type 'pigeon'"]),
        ("s: { path: x }", ["2:6: error: the sink 's' needs 'type'"]),
        ("s: { type: file }", ["2:6: error: the sink 's' needs 'path'"]),
        ("s: { type: file, path: data/state.db }", ["2:26: error: path: /data/state.db belongs to the gateway itself"]),
        ("s: { type: file, path: data/ledger.db-mark }", ["2:26: error: path: /data/ledger.db-mark belongs to the gateway itself"]),
        ("s: { type: file, path: data/tallies }", ["2:26: error: path: /data/tallies belongs to the gateway itself"]),
        ("s: { type: file, path: data }", ["2:26: error: path: /data belongs to the gateway itself"]),
        ("s: { type: file, path: data/journal/x }", ["2:26: error: path: /data/journal/x belongs to the gateway itself"]),
        ("s: { type: file, path: /tmp }", ["2:26: error: path: /tmp is a folder (hint: /tmp/changes.ndjson)"]),
        (
            "s: { type: file, path: /proc/self/attr/current }",
            ["2:26: error: path: what stands under /proc is the system's, and keeps nothing (hint: data/changes.ndjson)"]
        ),
        ("s: { type: file, path: a }\n  t: { type: file, path: ./b/../a }", ["3:26: error: path: the sink 's' already writes /a"]),
        (
            "s: { type: file, path: a.2 }\n  t: { type: file, path: a, rotate: 1MiB }",
            ["2:26: error: path: the sink 't' keeps its full files under that name: /a.2 (hint: another name, or another folder)"]
        ),
        ("s: { type: file, path: nowhere/a }", ["2:26: error: path: there is no folder /nowhere (hint: mkdir -p /nowhere)"]),
        ("s: { type: file, path: a, rotat: 1GiB }", ["2:29: error: unknown key 'rotat' (hint: did you mean 'rotate'?)"]),
        ("s: { type: file, path: a, from: yesterday }", ["2:35: error: from: 'yesterday' is not now, beginning or a time such as 2026-03-02T10:00:00Z"]),
        ("s: { type: webhook, secret: \"env:HOOK_SECRET\" }", ["2:6: error: the sink 's' needs 'url'"]),
        (
            "s: { type: webhook, secret: \"env:HOOK_SECRET\", url: \"http://siem.example\" }",
            [
                "2:55: error: url: plain http is sent only to addresses in the sink's 'networks' (hint: use https, or list the receiver's network: networks: [ 127.0.0.0/8 ])"
            ]
        ),
        (
            "s: { type: webhook, secret: \"env:HOOK_SECRET\", url: \"https://10.0.0.1/\" }",
            ["2:55: error: url: 10.0.0.1 is a private address that `networks` does not list (hint: list the receiver's network: networks: [ 10.0.0.1 ])"]
        ),
        (
            "s: { type: webhook, secret: \"env:HOOK_SECRET\", url: \"https://169.254.169.254/\", networks: [ 169.254.0.0/16 ] }",
            [
                "2:55: error: url: 169.254.169.254 is a cloud metadata address, which is never allowed"
            ]
        ),
        (
            "s: { type: webhook, secret: \"env:ALICE_TOKEN\", url: \"https://siem.example\" }",
            ["2:31: error: secret: env:ALICE_TOKEN: a webhook's secret begins with whsec_ (hint: echo whsec_$(openssl rand -base64 32))"]
        ),
        (
            "s: { type: webhook, secret: \"literal:whsec_!\", url: \"https://siem.example\" }",
            ["2:31: error: secret: literal on line 2: what follows whsec_ is not base64 (hint: echo whsec_$(openssl rand -base64 32))"]
        ),
    ]) func mistakesInSinksHaveAPlace(sink: String, errors: [String]) {
        #expect(Self.errors("sinks:\n  " + sink, file: "/w").map(Self.withoutTypes) == errors.map { "/w:" + $0 })
    }

    @Test(arguments: [
        ("[ { to: [ archve ] } ]", "2:19: error: unknown sink 'archve' (hint: did you mean 'archive'?)"),
        ("[ { too: [ archive ] } ]", "2:13: error: unknown key 'too' (hint: did you mean 'to'?)"),
        ("[ { to: [] } ]", "2:17: error: to: the list is empty"),
        ("{ to: [ archive ] }", "2:9: error: routes must be a list of { to: [ … ], when: { … } }, not a mapping"),
    ]) func mistakesInRoutesHaveAPlace(routes: String, error: String) {
        let yaml = "sinks: { archive: { type: file, path: a } }\nroutes: " + routes
        #expect(Self.errors(yaml).contains("w:" + error), "\(Self.errors(yaml))")
    }

    @Test(arguments: [
        ("{ tipe: x }", ["2:28: error: unknown key 'tipe' (hint: did you mean 'type'?)"]),
        ("{ type: finding.opned }", ["2:34: error: unknown type 'finding.opned' (hint: did you mean 'finding.opened'?)"]),
        ("{ type: [ finding.opened, scan.complted ] }", ["2:52: error: unknown type 'scan.complted' (hint: did you mean 'scan.completed'?)"]),
        (
            "{ status: closed }",
            [
                "2:36: error: unknown status 'closed' (hint: known: accepted, cancelled, completed, failed, false_positive, fixed, ignored, in_progress, open, queued, reopened, scheduled, started, unknown)"
            ]
        ),
        ("{ source: [ hh, /gateway ] }", ["2:38: error: unknown source 'hh' (hint: did you mean 'h'?)"]),
        ("{ min-severity: hihg }", ["2:42: error: unknown severity 'hihg' (hint: did you mean 'high'?)"]),
        ("{ min-severity: high, unknown: no }", ["2:57: error: unknown word 'no' (hint: known: true, false)"]),
        ("{ not: { types: x } }", ["2:35: error: unknown key 'types' (hint: did you mean 'type'?)"]),
        ("{ label: [] }", ["2:35: error: label: the list is empty, so nothing matches"]),
        ("high", ["2:26: error: when must be a mapping, not a word"]),
        ("{ type: [ notice.whatever, \"*.opened\", \"no*\" ], source: \"h*\", label: pci, not: [ { status: fixed }, { resource: \"*.test\" } ] }", []),
    ]) func mistakesInConditionsHaveAPlace(condition: String, errors: [String]) {
        let yaml = """
            sinks: { a: { type: file, path: a } }
            routes: [ { to: a, when: \(condition) } ]
            sources: { h: { adapter: holm, secrets: "env:HOLM_URL_SECRET" } }
            """
        #expect(Self.errors(yaml) == errors.map { "w:" + $0 })
    }

    @Test func everythingIsSaidAtOnceInTheOrderOfTheLines() {
        let yaml = """
            lisen: {}
            sources:
              h: { adapter: nessus, secrets: [ "env:ABSENT" ], rate: x }
            sinks:
              soc: { type: pigeon }
            routes:
              - { to: [ soc, nowhere ] }
            """
        #expect(
            Self.errors(yaml).map(Self.withoutTypes) == [
                "w:1:1: error: unknown key 'lisen' (hint: did you mean 'listen'?)",
                "w:3:17: error: unknown adapter 'nessus' (hint: known: holm, hostedscan, probely, reconfirm)",
                "w:3:36: error: secrets: the environment variable ABSENT is not set (hint: it must be set for the process that serves (systemd: EnvironmentFile=), and to check as that does see docs/operations.md, systemd-run; or name a file: file:secrets/absent)",
                "w:3:58: error: rate: 'x' is not a rate of whole requests per second, such as 200/s",
                "w:5:16: error: unknown sink type 'pigeon'",
                "w:7:18: error: unknown sink 'nowhere' (hint: known: soc)",
            ])
    }

    @Test func aFileThatIsNotThereIsOneSentence() {
        #expect(
            throws: IssueList([
                Issue(
                    file: "/none/weir.yaml", line: 1, column: 1, message: "cannot read /none/weir.yaml: there is no such file",
                    hint: "name another with --config FILE; weir init writes a first one")
            ])
        ) {
            try GatewayConfiguration.load(file: "/none/weir.yaml", environment: [:])
        }
    }

    @Test func manifestsOfFoldersAreReportedAtTheirOwnPlace() throws {
        let folder = try TemporaryFolder()
        try folder.write("adapters/mine/adapter.yaml", "adapter: mine\nvendor: Mine\nbroken: [\n")
        let yaml = "adapters: adapters\nsources:\n  h: { adapter: mine, secrets: \"env:HOSTEDSCAN_SECRET\" }\n"
        let errors = Self.errors(yaml, file: folder.path + "/w")
        #expect(!errors.isEmpty)
        #expect(errors.allSatisfy { $0.hasPrefix("\(folder.path)/adapters/mine/adapter.yaml:") }, "\(errors)")
    }

    @Test func theFolderOfOneAdapterIsNotTakenForTheFolderOfAdapters() throws {
        let folder = try TemporaryFolder()
        try folder.write("adapters/mine/adapter.yaml", "adapter: mine\nvendor: Mine\n")
        let yaml = "adapters: [ adapters/mine ]\nsources:\n  h: { adapter: mine, secrets: \"env:HOSTEDSCAN_SECRET\" }\n"
        let error = #expect(throws: IssueList.self) { try GatewayConfiguration.parse(yaml, file: folder.path + "/w", environment: [:], needsSecrets: false) }
        let issues = error?.issues.filter { $0.severity == .error } ?? []
        #expect(issues.map(\.message) == ["adapters: \(folder.path)/adapters/mine is the folder of one adapter; name the folder that holds it"])
        #expect(issues.first?.hint == folder.path + "/adapters" && error?.issues.contains { $0.message.contains("no folder in") } == false)
    }

    @Test(
        arguments: [
            ("sources: {}\nsinks: { f: { type: file, path: data/x } }\nroutes: [ { to: [ f ], when: { min-severity: hihg } } ]", ["unknown severity 'hihg'"]),
            ("sources: {}\nsink: { f: { type: file, path: data/x } }\nroutes: [ { to: [ f ] } ]", ["unknown key 'sink'"]),
            ("source: { h: {} }\nsinks: { f: { type: file, path: data/x } }\nroutes: [ { to: [ f ], when: { source: h } } ]", ["unknown key 'source'"]),
            ("sources: {}\nsinks: { f: { type: files, path: data/x } }", ["unknown sink type 'files'"]),
            ("sources: {}\nsinks: { f: { typ: file, path: data/x } }", ["unknown key 'typ'"]),
            ("sources: {}\nsinks: { f: { type: splunk-hec, url: \"https://a.example\", tokn: \"literal:x\" } }", ["unknown key 'tokn'"]),
            ("sources: { h: { adaptr: holm, secrets: \"literal:0123456789abcdef\" } }\nsinks: { f: { type: file, path: data/x } }", ["unknown key 'adaptr'"]),
            ("sources: {}\nsinks: { f: { type: file, path: data/x } }\nroutes: [ { sink: f } ]", ["unknown key 'sink'"]),
            (
                "sources: {}\nsinks: { f: { type: file, path: data/x } }\nlisten: { console: \"127.0.0.1:0\" }\noperators: { a: { token: \"file:none\", role: read } }",
                ["token: cannot read /w/none: there is no such file"]
            ),
            (
                "sources: {}\nsinks: { f: { type: file, path: data/x } }\nlisten: { ingest: { address: \"0.0.0.0:1\", trusted-proxies: [ 10.0.0.1/8 ] } }",
                ["listen.ingest.trusted-proxies: '10.0.0.1/8' has bits set beyond the first 8"]
            ),
        ] as [(String, [String])]) func oneMistakeIsOneIssue(yaml: String, messages: [String])
    {
        let error = #expect(throws: IssueList.self) { try GatewayConfiguration.parse(yaml, file: "/w/weir.yaml", environment: [:]) }
        let errors = error?.issues.filter { $0.severity == .error }.map(\.message)
        #expect(errors == messages, "\(error?.issues.map(\.text) ?? [])")
        #expect(error?.issues.contains { $0.message.contains("says nothing") } == false)
    }

    @Test func wordsAreListedOnce() {
        let yaml = "sources: {}\nsinks: { f: { type: file, path: data/x } }\nlisten: { ingest: { address: \"127.0.0.1:0\", zzzzzz: 1 } }"
        let error = #expect(throws: IssueList.self) { try GatewayConfiguration.parse(yaml, file: "/w/weir.yaml", environment: [:]) }
        #expect(error?.issues.first { $0.message == "unknown key 'zzzzzz'" }?.hint == "known: address, tls, trusted-proxies")
    }

    @Test func whatTheSystemKeepsForItselfHoldsNoData() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/link", withDestinationPath: "/proc")
        for (text, system) in [("data: /proc/weir", "/proc"), ("data: /sys", "/sys"), ("data: /dev/weir/data", "/dev"), ("data: link/weir", "/proc")] {
            let errors = Self.errors(text, file: folder.path + "/w")
            let words = "w:1:7: error: data: what stands under \(system) is the system's, and keeps nothing (hint: ./data)"
            #expect(errors == ["\(folder.path)/\(words)"], "\(errors)")
        }
        let errors = Self.errors("data: data\njournal: /sys/journal", file: folder.path + "/w")
        #expect(
            errors == ["\(folder.path)/w:2:10: error: journal: what stands under /sys is the system's, and keeps nothing (hint: ./data/journal)"], "\(errors)")
        #expect(Self.errors("data: /dev/shm/weir", file: folder.path + "/w").isEmpty)
    }

    /// What is missing is made by a command, or by whoever has it.
    @Test func aMissingSecretNamesItsCure() throws {
        let folder = try TemporaryFolder()
        try folder.write("secrets/x", "")
        let path = folder.path + "/secrets/none"
        for (yaml, hint) in [
            (
                "sources: { shop: { adapter: probely, secrets: [ \"file:secrets/none\" ] } }",
                "weir sources setup shop --write --config \(folder.path)/weir.yaml"
            ),
            (
                "sinks: { s: { type: webhook, url: \"https://a.example\", secret: \"file:secrets/none\" } }",
                "(umask 077; echo whsec_$(openssl rand -base64 32) > \(path)), and give the receiver the same"
            ),
            ("operators: { a: { token: \"file:secrets/none\", role: read } }", "(umask 077; openssl rand -hex 32 > \(path))"),
            (
                "sinks: { s: { type: splunk-hec, url: \"https://a.example\", token: \"file:secrets/none\" } }",
                "(umask 077; cat > \(path)), then paste what the receiver gave you, and end with Enter and Ctrl-D"
            ),
            (
                "sinks: { s: { type: slack, url: \"file:none/url\" } }",
                "(umask 077; mkdir -p \(folder.path)/none; cat > \(folder.path)/none/url), then paste what the receiver gave you, and end with Enter and Ctrl-D"
            ),
            ("operators: { a: { token: \"file:secrets\", role: read } }", "name a file in it"),
        ] {
            let errors = Self.errors(yaml, file: folder.path + "/weir.yaml")
            #expect(errors.count == 1 && errors.first?.hasSuffix("(hint: \(hint))") == true, "\(errors)")
        }
        let plain = Self.errors("sources: { shop: { adapter: probely, secrets: [ \"file:none\" ] } }", file: "weir.yaml")
        #expect(plain.first?.hasSuffix("(hint: weir sources setup shop --write)") == true, "\(plain)")
    }
}
