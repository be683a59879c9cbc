import Adapters
import FindingModel
import Testing

struct DriftTests {
    private static let fields = """
        each: $.data
        key: .id
        title: .title
        resources: { address: [ .url, .host ], port: .port }
        first_seen_time: .seen
        labels: { all: [ .tags.name, .tags ] }
        vulnerabilities: { cvss: { score: .cvss, vector: .cvss }, ids: { all: [ .cve, .title ] } }
        rule: { uid: .info.rule }
        known: [ .info.raw, .ok ]
        """

    @Test(arguments: [
        (#""title":"T""#, []),
        (#""title":{"x":1}"#, ["type $.data.title"]),
        (#""title":["T",{"x":1}]"#, ["type $.data.title"]),
        (#""title":[{"x":1},"T"]"#, ["type $.data.title"]),
        (#""new":1"#, ["field $.data.new"]),
        (#""new":{"a":1,"b":{"c":2}}"#, ["field $.data.new"]),
        (#""odd.name":1"#, [#"field $.data."odd.name""#]),
        (#""port":"general/tcp""#, []),
        (#""port":443,"url":"https://h.example""#, []),
        (#""url":"a b","host":"h.example""#, ["type $.data.url"]),
        (#""seen":"yesterday""#, ["type $.data.seen"]),
        (#""tags":["a",{"name":"b"}]"#, []),
        (#""tags":[{"name":"b","color":"red"}]"#, ["field $.data.tags.color"]),
        (#""cvss":"6.1""#, []),
        (#""cvss":"high""#, ["type $.data.cvss"]),
        (#""cve":"none known""#, ["type $.data.cve"]),
        (#""info":"text""#, ["type $.data.info"]),
        (#""info":{"rule":1,"raw":{"a":{"b":1}},"other":2}"#, ["field $.data.info.other"]),
        (#""info":[[{"rule":1}]],"ok":[{"x":1}]"#, []),
        (#""info":null,"port":"","url":[],"title":{}"#, []),
    ])
    func driftNamesPlaces(members: String, drift: [String]) throws {
        let adapter = try MappingBench.finding(Self.fields)
        let event = try MappingBench.map("{\"event\":\"found\",\"id\":1,\"data\":{\"id\":7,\(members)}}", adapter)
        #expect(event.drifts == drift)
        #expect(event.findings.count == 1)
    }

    @Test func eachPlaceCountsOnceForAllElements() throws {
        let adapter = try MappingBench.finding(Self.fields)
        let items = (0..<500).map { "{\"id\":\($0),\"new\":1,\"port\":\"x y\"}" }.joined(separator: ",")
        let event = try MappingBench.map("{\"event\":\"found\",\"id\":1,\"data\":[\(items)]}", adapter)
        #expect(event.drifts == ["field $.data.new", "type $.data.port"])
        #expect(event.findings.count == 500)
    }

    @Test func aHostileBodyCannotMakeEndlessDrift() throws {
        let adapter = try MappingBench.finding(Self.fields)
        let members = (0..<5000).map { "\"n\($0)\":1" }.joined(separator: ",")
        let event = try MappingBench.map("{\"event\":\"found\",\"id\":1,\"data\":{\"id\":7,\(members),\"\(String(repeating: "é", count: 5000))\":1}}", adapter)
        #expect(event.drift.count <= 1001)
        #expect(event.drift.allSatisfy { $0.place.utf8.count < 200 })
    }

    @Test func longWordsAreShortened() throws {
        let adapter = try MappingBench.finding("key: $.c\nseverity: $.s")
        let event = try MappingBench.map("{\"event\":\"found\",\"id\":1,\"c\":1,\"s\":\"\(String(repeating: "x", count: 500))\"}", adapter)
        #expect(event.drifts == ["enum $.s: \(String(repeating: "x", count: 64))…"])
    }

    @Test func aBodyMadeToBeSlowIsCutShort() throws {
        let adapter = try MappingBench.finding(
            "each: $.items\nkey: .id\nstatus: [ { when: { $.words: x }, then: fixed }, { from: $.words, pattern: \"x{}\" } ]")
        let words = Array(repeating: "1", count: 2_000).joined(separator: ",")
        let items = (0..<1_000).map { "{\"id\":\($0)}" }.joined(separator: ",")
        let event = try MappingBench.map("{\"event\":\"found\",\"id\":1,\"words\":[\(words)],\"items\":[\(items)]}", adapter)
        #expect(event.findings.count == 1_000)
        #expect(event.drifts.contains("type other"))
    }
}
