import Adapters
import FindingModel
import Testing

struct ExpressionTests {
    @Test(arguments: [
        (#""a":"x","b":"y""#, "x"),
        (#""b":"y""#, "y"),
        (#""a":null,"b":"y""#, "y"),
        (#""a":"","b":"y""#, "y"),
        (#""a":" \t","b":"y""#, "y"),
        (#""a":[],"b":"y""#, "y"),
        (#""a":{},"b":"y""#, "y"),
        (#""a":"n/a","b":"y""#, "y"),
        (#""a":{"c":1},"b":"y""#, "y"),
        (#""a":[null,"",{"c":1},"z","w"],"b":"y""#, "z"),
        (#""a":[[["z"]]]"#, "z"),
        (#""a":0,"b":"y""#, "0"),
        (#""a":false,"b":"y""#, "false"),
        (#""a":12345678901234567890123,"b":"y""#, "12345678901234567890123"),
        (#""a":30.0"#, "30"),
        (#""a":6.50"#, "6.50"),
        (#""a":" x ""#, " x "),
        (#""a":"[redacted]","b":"y""#, "y"),
        (#""c":1"#, "Example finding 1"),
    ])
    func alternativesTakeTheFirstThatIsSomething(members: String, title: String) throws {
        let adapter = try MappingBench.finding(top: "absent: [ N/A ]", "key: $.c\ntitle: [ $.a, $.b ]")
        #expect(try MappingBench.finding("\"c\":1,\(members.replacing(",\"c\":1", with: "").replacing("\"c\":1", with: "\"d\":1"))", adapter).title == title)
    }

    @Test(arguments: [
        ("Open TCP port: 443", "443"), ("open  PORT: 22/tcp", "22"), ("Open port: 443", nil), ("Open x port:", nil), ("An open x port: 443", nil),
        ("Open a port: b port: 80", nil),
    ])
    func patternsTakeAPart(text: String, port: String?) throws {
        let adapter = try MappingBench.finding("key: $.c\nresources: { name: $.c, port: { from: $.t, pattern: \"Open * port: {}\" } }")
        let finding = try MappingBench.finding("\"c\":1,\"t\":\"\(text)\"", adapter)
        #expect(finding.resources.first?.port.map(String.init) == port)
    }

    @Test(arguments: [
        ("{}", "abc", "abc"), ("a{}c", "aBc", "B"), ("a{}c", "ac", nil), ("*-{}", "x-y-z", "y-z"), ("{}-*", "x-y-z", "x"), ("a*b{}d*e", "a1b2b3d4e", "2b3"),
        ("ab{}ba", "aba", nil), ("ab{}ba", "ab ba", nil), ("x{}", "y", nil),
    ])
    func patternsMatchWholeTexts(pattern: String, text: String, part: String?) throws {
        let adapter = try MappingBench.finding("key: $.c\ndesc: { from: $.t, pattern: \"\(pattern)\" }")
        #expect(try MappingBench.finding("\"c\":1,\"t\":\"\(text)\"", adapter).desc == part)
    }

    @Test func joinsAreNothingWhenAPartIs() throws {
        let adapter = try MappingBench.finding(
            "key: $.c\ntitle: [ { join: [ $.a, \".\", $.b ], with: \"\" }, { join: [ only, $.a ], with: \" \" } ]\ndesc: { join: [ $.a, $.b ] }")
        #expect(try MappingBench.finding(#""c":1,"a":"x","b":2"#, adapter).title == "x.2")
        #expect(try MappingBench.finding(#""c":1,"a":"x","b":2"#, adapter).desc == "x:2")
        #expect(try MappingBench.finding(#""c":1,"a":"x","b":"""#, adapter).title == "only x")
        #expect(try MappingBench.finding(#""c":1,"a":{}"#, adapter).title == "Example finding 1")
    }

    @Test func joinsOfListsGoRowByRow() throws {
        let adapter = try MappingBench.finding(
            "key: $.c\nlabels: { all: [ { join: [ $.n, $.items.a, $.items.b ], with: \"-\" }, $.tags, { from: $.csv, split: \",\" } ] }")
        let finding = try MappingBench.finding(
            #""c":1,"n":"x","items":[{"a":1,"b":2},{"a":3,"b":4}],"tags":["x-1-2",{"no":1},"t",["u"],null],"csv":" p ,, q,t""#, adapter)
        #expect(finding.labels == ["x-1-2", "x-3-4", "t", "u", "p", "q"])
    }

    @Test func hashesAreNothingOnlyWhenAllPartsAre() throws {
        let adapter = try MappingBench.finding("each: $.items\nkey: [ .id, { hash: [ .name, .host, .port ] } ]")
        let event = try MappingBench.map(
            #"{"event":"found","items":[{"name":"ab","host":"c"},{"name":"a","host":"bc"},{"host":"","port":null},{"id":4.0,"name":"ab"},"text"]}"#, adapter)
        let keys = [RecordIdentity.key(tuple: ["ab", "c", ""]), RecordIdentity.key(tuple: ["a", "bc", ""]), "4"]
        #expect(
            event.findings.map(\.uid) == keys.map { RecordIdentity.uid(.finding, digest: RecordIdentity.digest(vendor: "example", account: "acme", key: $0)) })
        #expect(event.findings.map(\.sourceUID) == [nil, nil, "4"] as [String?])
        #expect(event.drifts.filter { $0.hasPrefix("key") } == ["key $.items (finding)"])
    }

    @Test func aTupleOfContainersIsHashedAsItsText() throws {
        let adapter = try MappingBench.adapter(event: "{ key: { hash: [ $ ] }, kind: $.event }", records: "  - kinds: [ found ]\n    finding: { key: $.c }")
        let spaced = try MappingBench.map("{ \"event\" : \"found\", \"c\": [1, {\"d\": 2}] }", adapter)
        let compact = try MappingBench.map(#"{"event":"found","c":[1,{"d":2}]}"#, adapter)
        #expect(spaced.key == RecordIdentity.key(tuple: [#"{"event":"found","c":[1,{"d":2}]}"#]))
        #expect(spaced.key == compact.key)
        #expect(adapter.keyIsFromBody)
    }

    @Test(arguments: [
        (#""s":"closed""#, FindingStatus.fixed, nil as String?),
        (#""s":"OPEN","ok":true"#, .accepted, nil),
        (#""s":"OPEN","ok":true,"expired":"2020""#, .open, "OPEN"),
        (#""s":"OPEN","ok":"True""#, .accepted, nil),
        (#""s":"Open""#, .open, "Open"),
        (#""s":["open","closed"]"#, .fixed, nil),
        (#""s":"other""#, .unknown, "other"),
        (#""x":1"#, .unknown, nil),
        (#""s":{"y":1}"#, .unknown, nil),
    ])
    func conditionsChooseAStatus(members: String, status: FindingStatus, word: String?) throws {
        let adapter = try MappingBench.finding(
            """
            key: $.c
            status:
              - { when: { $.s: [ CLOSED, Gone ] }, then: fixed }
              - { when: { $.ok: true }, unless: { has: $.expired }, then: accepted }
              - { from: $.s, map: { OPEN: open } }
            """)
        let event = try MappingBench.map("{\"event\":\"found\",\"c\":1,\(members)}", adapter)
        guard case .finding(let finding, let says) = try #require(event.records.first) else { return }
        #expect(finding.status == status)
        #expect(finding.vendorStatus == word)
        #expect(says.contains(.status) == (status != .unknown || word != nil))
        #expect(event.drifts.contains("enum $.s: other") == (word == "other"))
    }

    @Test(arguments: [
        (#""10""#, Severity.low, "10", false), ("10", .low, "10", false), ("20.0", .medium, "20.0", false), ("2e1", .medium, "2e1", false),
        ("3e1", .high, "3e1", false),
        ("40", .unknown, "40", true), (#""Critical""#, .critical, "Critical", true), (#""moderate""#, .medium, "moderate", true),
        (#""informational ""#, .info, "informational ", true), ("null", .unknown, "", false), ("{}", .unknown, "", false), ("[30, 10]", .high, "30", false),
    ])
    func severitiesComeFromTheMapAndThenFromPlainWords(value: String, severity: Severity, word: String, drifts: Bool) throws {
        let adapter = try MappingBench.finding("key: $.c\nseverity: { from: $.s, map: { 10: low, 20: medium, 30: high } }")
        let event = try MappingBench.map("{\"event\":\"found\",\"c\":1,\"s\":\(value)}", adapter)
        let finding = try event.finding()
        #expect(finding.severity == severity)
        #expect(finding.vendorSeverity ?? "" == word)
        #expect(event.drifts.filter { $0.hasPrefix("enum") } == (drifts ? ["enum $.s: \(word)"] : []))
    }

    @Test func severitiesNeedNoMap() throws {
        let adapter = try MappingBench.finding("key: $.c\nseverity: [ $.s, $.t ]\nvendor_severity: $.u")
        #expect(try MappingBench.finding(#""c":1,"s":"HIGH""#, adapter).severity == .high)
        let unknown = try MappingBench.map(#"{"event":"found","c":1,"s":"bad","t":"low","u":"worse"}"#, adapter)
        #expect(try unknown.finding().severity == .unknown)
        #expect(try unknown.finding().vendorSeverity == "worse")
        #expect(unknown.drifts == ["enum $.s: bad"])
    }

    @Test func anElseIsNoDrift() throws {
        let adapter = try MappingBench.finding(
            """
            key: $.c
            severity: { from: $.s, map: { a: low }, else: unknown }
            rule: { category: { from: $.t, map: { a: web }, else: network }, name: { from: $.t, map: { a: first }, else: $.t } }
            """)
        let event = try MappingBench.map(#"{"event":"found","c":1,"s":"zzz","t":"b"}"#, adapter)
        #expect(try event.finding().rule == Rule(name: "b", category: "network"))
        #expect(try event.finding().vendorSeverity == "zzz")
        #expect(event.drift.isEmpty)
        #expect(try MappingBench.finding(#""c":1,"s":"critical","t":"A""#, adapter).severity == .critical)
        #expect(try MappingBench.finding(#""c":1,"t":"A""#, adapter).rule == Rule(name: "first", category: "web"))
    }

    @Test func aWordOutsideAMapEndsTheList() throws {
        let adapter = try MappingBench.finding("key: $.c\nrule: { category: [ { from: $.s, map: { a: web } }, $.t ] }")
        let event = try MappingBench.map(#"{"event":"found","c":1,"s":"b","t":"later"}"#, adapter)
        #expect(try event.finding().rule == nil)
        #expect(event.drifts == ["enum $.s: b"])
        #expect(try event.finding().unmapped?.text == #"{"s":"b","t":"later"}"#)
    }

    @Test func stepsNest() throws {
        let adapter = try MappingBench.finding(
            """
            key: $.c
            labels: { from: { from: { from: $.t, pattern: "tags={};*" }, split: "," }, map: { a: first, b: second }, else: $.d }
            """)
        #expect(try MappingBench.finding(#""c":1,"t":"tags=a, B;x","d":"other""#, adapter).labels == ["first", "second"])
        #expect(try MappingBench.finding(#""c":1,"t":"tags=a,z;","d":"other""#, adapter).labels == ["first", "other"])
    }

    @Test func timesAndDurationsTakeUnits() throws {
        let adapter = try MappingBench.adapter(
            event: "{ key: none, kind: $.event, time: [ { from: $.at, time: s }, $.time ] }",
            records:
                "  - kinds: [ scan ]\n    scan: { key: $.id, start_time: [ $.start, { from: $.start, time: ms } ], end_time: $.end, duration_ms: [ $.took, { from: $.seconds, duration: s } ] }"
        )
        let event = try MappingBench.map(
            #"{"event":"scan","id":5,"at":"1602918350","start":1602918350123,"end":"2024-11-05 02:00","seconds":95}"#, adapter, timezone: "Europe/Stockholm")
        let scan = try event.scan()
        #expect(event.time?.rfc3339 == "2020-10-17T07:05:50.000Z")
        #expect(event.latestTime?.rfc3339 == "2020-10-17T07:05:50.999Z")
        #expect(event.key == nil)
        #expect(scan.startTime?.rfc3339 == "2020-10-17T07:05:50.123Z")
        #expect(scan.endTime?.rfc3339 == "2024-11-05T01:00:00.000Z")
        #expect(scan.durationMilliseconds == 95_000)
        #expect(!adapter.keyIsFromBody)
    }
}
