import Adapters
import FindingModel
import JSONDocument
import Testing

struct UnmappedTests {
    @Test func whatNoFieldUsedIsKept() throws {
        let adapter = try MappingBench.finding(
            top: "known: [ $.meta ]\ndrop: [ $.deliveries, $.meta.secret_id ]",
            "each: $.data\nkey: .id\ntitle: [ .name, .title ]\nlabels: .tags\nknown: [ .extra ]\ndrop: [ .noise, .list.noise ]\ndesc: .list.text")
        let event = try MappingBench.map(
            """
            {"event":"found","id":"e","meta":{"a":1,"secret_id":2,"n":null},"deliveries":[1,2],"new":[],"other":{"deep":{"x":[0]}},
             "data":{"id":1,"name":"N","title":"T","tags":["a",{"b":1}],"extra":{"e":false,"blank":" "},"noise":{"y":1},
                     "list":[{"text":"used"},{"text":"second"},{"text":"third","noise":3,"more":null}],"$":1,"$$":{"z":2}}}
            """, adapter)
        #expect(
            try event.finding().unmapped?.text == #"""
                {"title":"T","tags":[{"b":1}],"extra":{"e":false},"list":[{"text":"second"},{"text":"third","more":null}],"$$":1,"$$$":{"z":2},"$":{"meta":{"a":1},"other":{"deep":{"x":[0]}}}}
                """#)
        #expect(event.drifts == ["field $.new", "field $.other", "field $.data.list.more", "field $.data.$", "field $.data.$$", "type $.data.tags"])
    }

    @Test func theRestOfTheDocumentStandsInTheFirstRecordOnly() throws {
        let adapter = try MappingBench.adapter(
            records: "  - kinds: [ scan ]\n    scan: { key: $.scan.id, name: $.scan.name }\n    finding: { each: $.items, key: .id }")
        let event = try MappingBench.map(#"{"event":"scan","id":1,"scan":{"id":"s","x":1},"items":[{"id":1,"y":2},{"y":3},{"id":2}],"z":4}"#, adapter)
        #expect(event.scans.map(\.unmapped?.text) == [#"{"scan":{"x":1},"items":[{"y":3}],"z":4}"#])
        #expect(event.findings.map(\.unmapped?.text) == [#"{"y":2}"#, nil])
    }

    @Test func aDocumentThatIsAnArrayHasItsRestToo() throws {
        let adapter = try MappingBench.adapter(event: "{ key: none, kind: $.event }", records: "  - kinds: [ found ]\n    finding: { each: $, key: .id }")
        let event = try MappingBench.map(#"[{"event":"found","id":1},{"event":"found","id":2,"x":[{"a":1}]},{"x":1},5]"#, adapter)
        #expect(event.findings.map(\.unmapped?.text) == [#"{"$":[{"x":1},5]}"#, #"{"event":"found","x":[{"a":1}]}"#])
    }

    @Test func whatAConditionTestedIsUsedWhenItWins() throws {
        let adapter = try MappingBench.finding("key: $.c\nstatus: [ { when: { $.a: 1, has: $.b }, then: fixed }, { when: { has: $.d }, then: accepted } ]")
        #expect(try MappingBench.finding(#""c":1,"a":1,"b":2,"d":{"e":1}"#, adapter).unmapped?.text == #"{"d":{"e":1}}"#)
        #expect(try MappingBench.finding(#""c":1,"a":1,"d":2"#, adapter).unmapped?.text == #"{"a":1}"#)
        #expect(try MappingBench.finding(#""c":1,"a":1,"d":{"e":1}"#, adapter).unmapped?.text == #"{"a":1,"d":{"e":1}}"#)
    }

    @Test func deepRestsBecomeText() throws {
        let adapter = try MappingBench.finding("key: $.c")
        let levels = 60
        let deep = String(repeating: #"{"a":["#, count: levels / 2) + #""x\"y""# + String(repeating: "]}", count: levels / 2)
        let finding = try MappingBench.finding("\"c\":1,\"deep\":\(deep)", adapter)
        let unmapped = try #require(finding.unmapped)
        var parser = JSONParser()
        try parser.withTape(unmapped.bytes, depth: 41) { tape in
            // The text at the bottom holds the JSON of the levels that were left.
            var node = 0
            while tape.kind(node) == .object || tape.kind(node) == .array { node += 1 }
            let text = tape.string(node)
            #expect(text.hasPrefix(#"["#) || text.hasPrefix("{"))
            #expect(text.contains(#""x\"y""#))
        }
    }
}
