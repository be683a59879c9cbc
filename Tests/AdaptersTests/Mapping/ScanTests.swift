import Adapters
import FindingModel
import Testing

struct ScanTests {
    private static func uid(_ key: String) -> String {
        RecordIdentity.uid(.finding, digest: RecordIdentity.digest(vendor: "example", account: "acme", key: key))
    }

    @Test func everyFieldHasItsPlace() throws {
        let adapter = try MappingBench.adapter(
            records: """
                  - kinds: [ scan ]
                    scan:
                      key: { join: [ $.c.target, $.c.id ], with: / }
                      name: $.c.name
                      type: network
                      status: { from: $.c.state, map: { DONE: completed } }
                      progress: $.c.progress
                      scope: { targets: $.c.targets.at, profile: $.c.profile }
                      start_time: $.c.start
                      end_time: $.c.end
                      duration_ms: $.c.took
                      totals: { critical: $.c.n.c, high: $.c.n.h, medium: $.c.n.m, low: $.c.n.l, info: $.c.n.i, total: $.c.n.t, new: $.c.n.n, fixed: $.c.n.f }
                      finding_uids: { new: $.c.new.id, open: $.c.open, closed: { all: [ $.c.closed.id, $.c.closed ] } }
                      errors: { all: [ $.c.errors, { from: $.c.log, split: "\\n\\n" } ] }
                      src_url: $.c.url
                      scanner: { feature: $.c.engine }
                """)
        let event = try MappingBench.map(
            """
            {"event":"scan","id":1,"c":{"target":"t","id":5,"name":"N","state":"done","progress":57,"targets":[{"at":"a"},{"at":"b"},{"at":"a"}],"profile":"full",
            "start":"2026-03-01T01:00:00+01:00","end":"2026-03-01T02:00:00Z","took":"1 day, 0:35:00","n":{"c":0,"h":"1","m":2.0,"l":3,"i":4,"t":10,"n":5,"f":6},
            "new":[{"id":"n1"}],"open":["o1",{"x":1}],"closed":["c1",{"id":"c2"},"c1"],"errors":["e1"],"log":"e2\\n\\n\\n\\ne3\\n","url":"https://s.example","engine":"E"}}
            """, adapter)
        guard case .scan(let scan, let says) = try #require(event.records.first) else { return }
        #expect(scan.uid == RecordIdentity.uid(.scan, digest: RecordIdentity.digest(vendor: "example", account: "acme", key: "t/5")))
        #expect(scan.name == "N" && scan.type == "network" && scan.status == .completed && scan.progress == 57)
        #expect(scan.scope == Scan.Scope(targets: ["a", "b"], profile: "full"))
        #expect(scan.startTime?.rfc3339 == "2026-03-01T00:00:00.000Z" && scan.endTime?.rfc3339 == "2026-03-01T02:00:00.000Z")
        #expect(scan.durationMilliseconds == 88_500_000)
        let totals = try #require(scan.totals)
        #expect([totals.critical, totals.high, totals.medium, totals.low, totals.info, totals.total, totals.new, totals.fixed] == [0, 1, 2, 3, 4, 10, 5, 6])
        #expect(scan.findingUIDs == Scan.FindingUIDs(new: [Self.uid("n1")], open: [Self.uid("o1")], closed: [Self.uid("c2"), Self.uid("c1")]))
        #expect(scan.errors == ["e1", "e2", "e3"] && scan.srcURL == "https://s.example" && scan.scanner.feature == "E")
        #expect(
            says == [.status, .name, .type, .progress, .scope, .startTime, .endTime, .duration, .totals, .findingUIDs, .errors, .srcURL, .scanner, .unmapped])
        #expect(scan.unmapped?.text == #"{"c":{"open":[{"x":1}]}}"#)
        #expect(event.drifts == ["type $.c.open"])
    }

    @Test(arguments: [("-1", nil), ("101", nil), ("57.5", nil), ("\"57\"", Int64(57)), ("100", 100), ("1e400", nil)])
    func progressIsAPercentage(value: String, progress: Int64?) throws {
        let adapter = try MappingBench.adapter(records: "  - kinds: [ scan ]\n    scan: { key: $.id, progress: $.p }")
        let event = try MappingBench.map("{\"event\":\"scan\",\"id\":1,\"p\":\(value)}", adapter)
        #expect(try event.scan().progress == progress)
        #expect(event.drifts == (progress == nil ? ["type $.p"] : []))
    }

    @Test func oneEventMakesAScanFindingsAndNotices() throws {
        let adapter = try MappingBench.adapter(
            records: """
                  - kinds: [ scan ]
                    notice: { kind: scan_note, summary: { join: [ Scan, $.id ], with: " " }, resource: { address: $.at, name: $.who } }
                    finding:
                      - { each: $.high, key: .id, severity: high, scan_uid: $.scan }
                      - { each: $.low, key: .id, severity: { from: .none, map: { a: low } } }
                    scan: { key: $.scan, status: completed }
                """)
        let event = try MappingBench.map(#"{"event":"scan","id":1,"scan":"s","at":"10.0.0.1","high":[{"id":"h1"}],"low":{"id":"l1","extra":true}}"#, adapter)
        #expect(event.records.map { $0.record.kind } == [.scan, .finding, .finding, .notice])
        #expect(try event.findings.map(\.scanUID) == [#require(event.scans.first?.uid), nil])
        #expect(event.findings.map(\.severity) == [.high, .unknown])
        #expect(event.scans.first?.status == .completed && event.scans.first?.unmapped == nil)
        #expect(event.notices.first?.kind == "scan_note" && event.notices.first?.summary == "Scan 1" && event.notices.first?.resource?.ip == "10.0.0.1")
        #expect(event.findings[1].unmapped?.text == #"{"extra":true}"#)
        #expect(event.drifts == ["field $.low.extra"])
    }

    @Test func noticesSayWhatTheyAreAbout() throws {
        let adapter = try MappingBench.adapter(records: "  - kinds: [ target_created ]\n    notice: { each: $.targets, resource: { uid: .id, address: .url } }")
        let event = try MappingBench.map(
            #"{"event":"target_created","id":"e","targets":[{"id":"t1","url":"https://shop.example/"},{"id":"t2"},{"x":1}]}"#, adapter)
        #expect(event.notices.map(\.summary) == ["Example target_created: shop.example", "Example target_created: t2", "Example target_created"])
        #expect(event.notices.map(\.kind) == ["target_created", "target_created", "target_created"])
        #expect(Set(event.notices.map(\.uid)).count == 3)
        #expect(event.notices[0].uid == RecordIdentity.uid(.notice, digest: RecordIdentity.digest(vendor: "example", account: "acme", key: "e")))
    }
}
