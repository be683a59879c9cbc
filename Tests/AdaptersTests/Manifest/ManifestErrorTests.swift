import Adapters
import FindingModel
import Testing
import YAMLDocument

struct ManifestErrorTests {
    private static let head = "adapter: example\nvendor: Example\nauthenticate: bearer\n"
    private static let event = "event: { key: $.id, kind: $.kind }\n"
    private static let records = "records:\n  - kinds: [ a ]\n    finding: { key: $.id }\n"

    private static func issues(_ yaml: String) -> [String] {
        guard case .failure(let list) = Adapter.compile(name: "example", yaml: yaml, file: "m.yaml") else { return [] }
        return list.issues.map(\.text)
    }

    /// The issues of a manifest whose only block is a finding with these fields, which begin on line 8, column 7.
    private static func issues(ofFinding fields: String) -> [String] {
        let lines = fields.split(separator: "\n").map { "      " + $0 }.joined(separator: "\n")
        return issues(head + event + "records:\n  - kinds: [ a ]\n    finding:\n" + lines + "\n")
    }

    @Test(arguments: [
        ("", ["m.yaml:1:1: error: the file is empty"]),
        ("- a", ["m.yaml:1:1: error: a manifest must be a mapping, not a list"]),
        (
            "adapter: example\nvendor: Example\n",
            [
                "m.yaml:1:1: error: 'authenticate' is missing", "m.yaml:1:1: error: 'event' is missing", "m.yaml:1:1: error: 'records' is missing",
            ]
        ),
        (
            "adaptor: example\nvendor:\nauthenticate: bearer\nevent: { key: $.id, kind: $.kind }\nrecords: []\n",
            [
                "m.yaml:1:1: error: unknown key 'adaptor' (hint: did you mean 'adapter'?)", "m.yaml:1:1: error: 'adapter' is missing",
                "m.yaml:2:1: error: 'vendor' has no value", "m.yaml:5:10: error: 'records' must be a list of entries",
            ]
        ),
        (
            "adapter: Other!\nvendor: [ a ]\nauthenticate: bearer\nnames: lose\ntimezone: Mars/Base\nabsent: [ None, none, ~ ]\nevent: { kind: $.kind }\n"
                + "records:\n  - kinds: [ a ]\n    finding: { key: $.id }\n",
            [
                "m.yaml:1:10: error: 'Other!' is no adapter's name (hint: 1 to 63 of a-z, 0-9 and '-', and not '-' first)",
                "m.yaml:2:9: error: 'vendor' must be a word, not a list",
                "m.yaml:4:8: error: unknown way to compare names 'lose' (hint: did you mean 'loose'?)",
                "m.yaml:5:11: error: there is no time zone 'Mars/Base' (hint: a name of the IANA database, such as Europe/Stockholm or UTC)",
                "m.yaml:6:17: error: the word 'none' is there already",
                "m.yaml:6:23: error: 'absent' has no value here (hint: a word like ~ or null goes in quotes)",
            ]
        ),
        (
            "adapter: example\nvendor: Example\nvendor: Other\nauthenticate: bearer\nnames: lose\n" + event + records,
            [
                "m.yaml:3:1: error: the key 'vendor' is already there on line 2",
                "m.yaml:5:8: error: unknown way to compare names 'lose' (hint: did you mean 'loose'?)",
            ]
        ),
        (
            "adapter: other\nvendor: Example\nauthenticate: bearer\n" + event + records,
            ["m.yaml:1:10: error: the adapter is named 'other' and its folder 'example'"]
        ),
        (
            head + event + "ignore: [ ping, A ]\nrecords:\n  - kinds: [ a, b ]\n    finding: { key: $.id }\n  - kinds: [ c, B ]\n    scan: { key: $.id }\n",
            ["m.yaml:5:17: error: the kind 'A' is mapped already", "m.yaml:9:17: error: the kind 'B' is mapped already"]
        ),
        (
            head + event + "ignore: [ ping, Ping ]\njson: [ $, .a, content ]\nknown: [ $..x ]\ndrop: { a: b }\n" + records,
            [
                "m.yaml:5:17: error: the kind 'Ping' is ignored already", "m.yaml:6:7: error: 'json' cannot name the whole document",
                "m.yaml:6:12: error: '.a' begins at an item, and no 'each' is in force here (hint: write $.a)",
                "m.yaml:6:16: error: 'content' is no path (hint: a path begins with $ or with a point: $.content)",
                "m.yaml:7:10: error: '$..x': '..' is only for redact and clear", "m.yaml:8:7: error: 'drop' must be a path, not a mapping",
            ]
        ),
        (
            head + event + "records:\n  - kind: [ a ]\n    finding: { key: $.id }\n  - kinds: []\n  - kinds: [ ~ ]\n    scn: { key: $.id }\n",
            [
                "m.yaml:6:5: error: unknown key 'kind' (hint: did you mean 'kinds'?)", "m.yaml:6:5: error: 'kinds' is missing",
                "m.yaml:8:5: error: an entry of 'records' needs a scan, a finding or a notice (hint: kinds that make no record go under 'ignore')",
                "m.yaml:8:12: error: 'kinds' is an empty list",
                "m.yaml:9:5: error: an entry of 'records' needs a scan, a finding or a notice (hint: kinds that make no record go under 'ignore')",
                "m.yaml:9:14: error: 'kinds' has no value here (hint: a word like ~ or null goes in quotes)",
                "m.yaml:10:5: error: unknown key 'scn' (hint: did you mean 'scan'?)",
            ]
        ),
        (
            head + "event: { key: none }\nignore: [ x ]\nrecords:\n  - kinds: [ a ]\n    finding: { key: $.id }\n  - scan: { key: $.id }\n",
            [
                "m.yaml:5:9: error: 'ignore' needs the event's 'kind'", "m.yaml:7:3: error: several entries need the event's 'kind'",
                "m.yaml:7:12: error: 'kinds' needs the event's 'kind' (hint: say under 'event' where the kind stands)",
            ]
        ),
        (
            head + "event: { kind: { header: Authorization }, time: { all: [ $.t ] }, key: { hash: [] } }\n" + records,
            [
                "m.yaml:4:49: error: 'all' is only for fields that hold a list, not for 'time'", "m.yaml:4:80: error: 'hash' is an empty list",
            ]
        ),
        (
            head + "event: { kind: [ $.k, { header: authorization } ] }\n" + records,
            ["m.yaml:4:8: error: the header 'authorization' is a credential, which no event can be read from"]
        ),
    ])
    func allErrorsOfAManifestAreToldAtOnce(yaml: String, issues: [String]) {
        #expect(Self.issues(yaml) == issues)
    }

    @Test(arguments: [
        ("title: $.title", ["m.yaml:8:7: error: 'key' is missing (hint: a finding needs the vendor's id, or a hash of what makes it the same finding)"]),
        (
            "key: $.id\ntitle: data.title",
            ["m.yaml:9:14: error: 'data.title' is no value for 'title' (hint: a path begins with $ or with a point: $.data.title)"]
        ),
        ("key: $.id\ndesc: \"a b\"", ["m.yaml:9:13: error: 'a b' is no value for 'desc' (hint: only types, names, closed sets and 'join' take words)"]),
        ("key: $.id\ntitle: ~", ["m.yaml:9:7: error: 'title' has no value"]),
        ("key: $.id\ntitle: [ $.a, ~ ]", ["m.yaml:9:21: error: 'title' has no value here"]),
        (
            "each: [ $.a ]\nkey: .id\ntitle: data.title",
            [
                "m.yaml:8:13: error: 'each' must be a path, not a list (hint: { all: [ … ] } takes the items of several paths)",
                "m.yaml:10:14: error: 'data.title' is no value for 'title' (hint: a path begins with $ or with a point: $.data.title)",
            ]
        ),
        ("key: $.id\ntitle: [ ]", ["m.yaml:9:14: error: 'title' is an empty list"]),
        ("key: $.id\ntitle: { }", ["m.yaml:9:14: error: 'title' is an empty mapping"]),
        ("key: $.id\ntitle: .title", ["m.yaml:9:14: error: '.title' begins at an item, and no 'each' is in force here (hint: write $.title)"]),
        ("key: $.id\ntitle: $.a[0]", ["m.yaml:9:14: error: '$.a[0]' is no path (hint: paths walk through arrays by themselves: no [0], [*] or filters)"]),
        ("key: $.id\nsevrity: $.s", ["m.yaml:9:7: error: unknown key 'sevrity' (hint: did you mean 'severity'?)"]),
        ("key: $.id\nseverity: hgh", ["m.yaml:9:17: error: unknown severity 'hgh' (hint: did you mean 'high'?)"]),
        (
            "key: $.id\nstatus: { from: $.s, map: { a: opn, A: fixed, 1: open, 1.0: fixed } }",
            [
                "m.yaml:9:38: error: unknown status 'opn' (hint: did you mean 'open'?)",
                "m.yaml:9:62: error: the word '1.0' is there already (hint: words ignore case, and numbers compare by value)",
            ]
        ),
        (
            "key: $.id\nstatus: { from: $.s, map: { a: open, A: fixed } }",
            ["m.yaml:9:44: error: the word 'A' is there already (hint: words ignore case, and numbers compare by value)"]
        ),
        (
            "key: $.id\nstatus: { when: { $.s: x }, then: completed }",
            [
                "m.yaml:9:41: error: unknown status 'completed' (hint: known: open, fixed, reopened, accepted, ignored, unknown, in_progress, false_positive)"
            ]
        ),
        ("key: $.id\nstatus: { when: { $.s: x } }", ["m.yaml:9:15: error: 'then' is missing beside 'when'"]),
        ("key: $.id\nstatus: { then: fixed }", ["m.yaml:9:15: error: 'when' or 'unless' is missing beside 'then'"]),
        (
            "key: $.id\nstatus: { when: { s: x, has: ~ }, then: fixed }",
            [
                "m.yaml:9:25: error: 's' is neither a path nor 'has' (hint: a path begins with $ or with a point)", "m.yaml:9:31: error: 'has' has no value",
            ]
        ),
        ("key: $.id\ntitle: { form: $.a, map: { a: b } }", ["m.yaml:9:16: error: unknown key 'form' (hint: did you mean 'from'?)"]),
        ("key: $.id\ntitle: { from: $.a }", ["m.yaml:9:14: error: a step is missing beside 'from' (hint: known: map, pattern, split, form, time, duration)"]),
        (
            "key: $.id\ntitle: { from: $.a, split: \",\", pattern: \"{}\" }",
            ["m.yaml:9:14: error: only one step can stand beside 'from' (hint: nest 'from' for more)"]
        ),
        (
            "key: $.id\ntitle: { from: $.a, pattern: \"a*\" }",
            ["m.yaml:9:36: error: a pattern has exactly one {} (hint: {} is the part to take, * is anything)"]
        ),
        ("key: $.id\ntitle: { from: $.a, pattern: \"*{}\" }", ["m.yaml:9:36: error: nothing stands between two wildcards of the pattern '*{}'"]),
        ("key: $.id\ntitle: { from: $.a, else: $.b, split: x }", ["m.yaml:9:14: error: 'else' belongs to 'map', which is missing"]),
        ("key: { from: $.a, form: url }", ["m.yaml:8:31: error: unknown form 'url' (hint: known: address, port)"]),
        ("key: $.id\nfirst_seen_time: { from: $.a, form: address }", ["m.yaml:9:43: error: 'form' is only for texts, not for 'first_seen_time'"]),
        ("key: $.id\ntitle: { from: $.a, time: s }", ["m.yaml:9:33: error: 'time' is only for times, not for 'title'"]),
        ("key: $.id\nfirst_seen_time: { from: $.a, time: hours }", ["m.yaml:9:43: error: unknown unit 'hours' (hint: known: s, ms)"]),
        ("key: $.id\ntitle: { all: [ $.a ] }", ["m.yaml:9:14: error: 'all' is only for fields that hold a list, not for 'title'"]),
        ("key: $.id\ntitle: { hash: [ $.a ] }", ["m.yaml:9:14: error: 'hash' is only for keys, not for 'title'"]),
        ("key: $.id\ntitle: { header: X-Title }", ["m.yaml:9:14: error: 'header' is only for the event's key, kind and time"]),
        ("key: { join: [ ], with: [ a ] }", ["m.yaml:8:20: error: 'join' is an empty list", "m.yaml:8:31: error: 'with' must be a word, not a list"]),
        ("each: [ $.a, $.b ]\nkey: .id", ["m.yaml:8:13: error: 'each' must be a path, not a list (hint: { all: [ … ] } takes the items of several paths)"]),
        ("each: { all: $.a }\nkey: .id", ["m.yaml:8:13: error: 'each' must be a path, or have a list of paths under 'all'"]),
        // Both readings of the block find the same fault, which is told once.
        ("each: { all: [ $.a, $.b ] }\nkey: .id\ntitel: .t", ["m.yaml:10:7: error: unknown key 'titel' (hint: did you mean 'title'?)"]),
        ("each: { all: [ $.a, $.b ] }\nkey: id", ["m.yaml:9:12: error: 'id' is no value for 'key' (hint: a path begins with $ or with a point: $.id)"]),
        ("each: $.a\nkey: .id\ndrop: [ . ]", ["m.yaml:10:13: error: 'drop' cannot name everything"]),
        (
            "key: $.id\nrule: $.rule\nresources: [ { adress: $.a } ]\nscanner: { vendor: x }",
            [
                "m.yaml:9:13: error: 'rule' must be a mapping, not a word", "m.yaml:10:22: error: unknown key 'adress' (hint: did you mean 'address'?)",
                "m.yaml:11:18: error: unknown key 'vendor' (hint: known: name, feature)",
            ]
        ),
        ("key: $.id\nseverity: { from: $.s, map: [ a ] }", ["m.yaml:9:35: error: 'map' must be a mapping of words to words"]),
        ("key: $.id\nseverity: { from: $.s, map: { a: [ low ] } }", ["m.yaml:9:40: error: 'map' gives words, not a list"]),
    ])
    func allErrorsOfABlockAreToldAtOnce(fields: String, issues: [String]) {
        #expect(Self.issues(ofFinding: fields) == issues)
    }

    @Test func everyScalarIsText() throws {
        let yaml =
            Self.head + Self.event + """
                records:
                  - kinds: [ NO, on, 10, "~" ]
                    finding: { key: $.id, status: { from: $.s, map: { NO: open, off: fixed, "null": accepted, 1e1: ignored } } }
                """
        let adapter = try Adapter.compile(name: "example", yaml: yaml, file: "m.yaml").get()
        for (kind, status, expected) in [
            ("\"no\"", "\"NO\"", "open"), ("10.0", "\"Off\"", "fixed"), ("\"~\"", "\"NULL\"", "accepted"), ("\"ON\"", "10", "ignored"),
        ] {
            let event = try MappingBench.map("{\"id\":1,\"kind\":\(kind),\"s\":\(status)}", adapter)
            #expect(try event.finding().status.word == expected)
        }
    }

    @Test func whoMakesTheSecretIsOneOfTwo() throws {
        #expect(Adapter.builtIn.filter { $0.secretMaker == .vendor }.map(\.name) == ["hostedscan"])
        let yaml =
            "adapter: example\nvendor: Example\nsecret-by: vender\nauthenticate: bearer\nevent: { kind: $.kind }\nrecords:\n  - kinds: [ a ]\n    finding: { key: $.id }\n"
        #expect(Self.issues(yaml).contains("m.yaml:3:12: error: unknown maker of the secret 'vender' (hint: did you mean 'vendor'?)"), "\(Self.issues(yaml))")
    }
}
