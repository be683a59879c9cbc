import Adapters
import Digests
import FindingModel
import JSONDocument
import Testing

struct HostileBodyTests {
    private static let rounds = 100

    @Test(arguments: ["hostedscan", "probely", "holm", "reconfirm"])
    func noBodyTrapsTheMapper(vendor: String) throws {
        let adapter = try #require(Adapter.builtIn.first { $0.name == vendor })
        let plan = try #require(SourcePlan(adapter: adapter, account: "acme", timezone: "Europe/Stockholm"))
        for name in try VendorSamples.names(of: vendor) {
            try Self.mutate(VendorSamples.bytes("samples/\(vendor)/\(name)"), rounds: Self.rounds, plan, name)
        }
    }

    @Test func noBodyTrapsAnyConstruct() throws {
        let adapter = try Adapter.compile(name: "example", yaml: EveryConstruct.manifest, file: "adapter.yaml").get()
        let plan = try #require(SourcePlan(adapter: adapter, account: "acme"))
        try Self.mutate(Array(EveryConstruct.body.utf8), rounds: 10 * Self.rounds, plan, "every construct")
        let content = try JSONValue(parsing: Array(EveryConstruct.body.utf8))
        let members = try #require(content.objectValue).map { member in
            member.name == "content" ? JSONMember(name: "content", value: .string(String(decoding: member.value.bytes, as: UTF8.self))) : member
        }
        try Self.mutate(JSONValue.object(members).bytes, rounds: 2 * Self.rounds, plan, "content as text")
    }

    @Test func everyConstructHasItsEffect() throws {
        let adapter = try Adapter.compile(name: "example", yaml: EveryConstruct.manifest, file: "adapter.yaml").get()
        let event = try MappingBench.map(EveryConstruct.body, adapter)
        #expect(event.time?.rfc3339 == "2026-03-02T08:00:00.123Z")
        let scan = try #require(event.scans.first)
        #expect(scan.status == .completed && scan.durationMilliseconds == 95_500 && scan.errors == ["e1", "e2", "e3"] && scan.findingUIDs?.closed.count == 2)
        #expect(
            scan.unmapped?.text
                == #"{"object_type":"scan","site":{"id":1,"url":"https://s.example"},"content":{"token_count":7,"requests":[{"raw":"GET / HTTP/1.1\r\nCookie: [redacted]\r\n\r\n"}],"results":[{"kind":"other","id":3},"text"]}}"#
        )
        #expect(event.findings.map(\.title) == ["SQL injection", "Open TCP port: 443/tcp"])
        #expect(event.findings.map(\.severity) == [.high, .critical])
        #expect(event.findings.map(\.status) == [.open, .accepted])
        #expect(event.findings.map(\.rule) == [Rule(uid: "r1", category: "web"), nil])
        #expect(event.findings[0].vulnerabilities.map(\.id) == ["CVE-2024-0001", "CWE-89"])
        #expect(
            event.findings[0].vulnerabilities[0].cvss == [CVSS(baseScore: "9.8")] && event.findings[0].vulnerabilities[0].references == ["https://r.example"])
        #expect(event.findings[0].evidence == [Evidence(type: "http", request: "GET /"), Evidence(type: "text", summary: "odd")])
        #expect(event.findings[0].firstSeenTime.rfc3339 == "2026-03-01T11:00:00.000Z" && event.findings[0].labels == ["l1", "l2"])
        #expect(event.findings[1].resources.first?.ip == "10.0.0.1" && event.findings[1].resources.first?.port == 443)
        #expect(event.findings.map(\.unmapped?.text) == [#"{"extra":{"x":1}}"#, #"{"new":{"a":1}}"#])
        #expect(event.drifts == ["field $.content.results.new", "enum $.content.results.level: critical"])
    }

    /// A field of every item that asks in vain for one large object costs no more than looking through it once.
    @Test func askingForALargeObjectAgainAndAgainIsCheap() throws {
        let manifest = """
            adapter: example
            vendor: Example
            authenticate: bearer
            event: { key: none }
            records:
              - finding:
                  each: $.items
                  key: .id
                  title: [ $.large, .id ]
                  desc: $.large.last
            """
        let adapter = try Adapter.compile(name: "example", yaml: manifest, file: "adapter.yaml").get()
        let large = (0..<20_000).map { "\"m\($0)\":0" }.joined(separator: ",") + ",\"last\":\"x\""
        let items = (0..<20_000).map { "{\"id\":\($0)}" }.joined(separator: ",")
        let event = try MappingBench.map("{\"large\":{\(large)},\"items\":[\(items)]}", adapter)
        #expect(event.findings.count == 20_000 && event.findings.last?.title == "19999")
    }

    /// Items take places for all that an adapter could read of them, whether or not a record comes of them.
    @Test func itemsOfWhichNothingComesAreBoundedToo() throws {
        let adapter = try #require(Adapter.builtIn.first { $0.name == "reconfirm" })
        let items = Array(repeating: #"{"lastSeen":1}"#, count: 150_000).joined(separator: ",")
        let error = #expect(throws: MappingError.self) {
            try MappingBench.map(#"{"scanId":"s","status":"completed","results":{"details":["# + items + "]}}", adapter)
        }
        #expect(error?.code == .overBudget)
    }

    private static func mutate(_ sample: [UInt8], rounds: Int, _ plan: SourcePlan, _ name: String) throws {
        let value = try JSONValue(parsing: sample)
        var parser = JSONParser()
        for round in 0..<rounds {
            let seed = UInt64(round) &* 0x1_0000 &+ UInt64(truncatingIfNeeded: sample.count)
            var mutator = BodyMutator(seed: seed)
            let body = mutator.mutated(value).bytes
            let event: MappedEvent
            do throws(MappingError) {
                event = try plan.map(MappingBench.input(body), parser: &parser)
            } catch {
                // The only faults that a mutation can make: too much depth, and one name twice.
                #expect(error.code == .notJSON, "\(name), seed \(seed)")
                continue
            }
            try check(event, "\(name), seed \(seed)")
            #expect(try plan.map(MappingBench.input(body), parser: &parser) == event, "\(name), seed \(seed)")
        }
    }

    /// What holds of every event, whatever the body says.
    private static func check(_ event: MappedEvent, _ comment: String) throws {
        #expect(event.ignored == event.records.isEmpty, "\(comment)")
        #expect(event.drift.count <= 1002 && Set(event.drift).count == event.drift.count, "\(comment)")
        if let time = event.time, let latest = event.latestTime {
            #expect(time <= latest, "\(comment)")
        }
        for mapped in event.records {
            let record = mapped.record
            #expect(try Record(kind: record.kind, parsing: record.json) == record, "\(comment)")
            try checkUnmapped(record, comment)
        }
        let notices = event.notices.map(\.uid)
        #expect(Set(notices).count == notices.count, "\(comment)")
    }

    private static func checkUnmapped(_ record: Record, _ comment: String) throws {
        let unmapped: RawJSON? =
            switch record {
            case .finding(let finding): finding.unmapped
            case .scan(let scan): scan.unmapped
            case .notice(let notice): notice.unmapped
            }
        guard let unmapped else { return }
        var parser = JSONParser()
        try parser.withTape(unmapped.bytes, depth: 44) { tape in
            #expect(tape.kind(0) == .object && tape.childCount(0) > 0, "\(comment)")
        }
    }
}
