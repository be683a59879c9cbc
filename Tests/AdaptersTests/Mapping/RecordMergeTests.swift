import FindingModel
import Testing

@testable import Adapters

/// One event that speaks of one record in several places.
struct RecordMergeTests {
    private static let entries = [
        #"{"id":"F","title":"mild","severity":"low","state":"fixed","host":"b.example","tags":["x"],"cve":"CVE-2024-0002","first":"2026-03-01T00:00:00Z"}"#,
        #"{"id":"F","title":"bad","severity":"high","state":"open","host":"a.example","tags":["y","x"],"cve":"CVE-2024-0001"}"#,
        #"{"id":"F","severity":"high","state":"PENDING","host":"a.example","first":"2026-02-01T00:00:00Z"}"#,
    ]

    private static func adapter() throws -> Adapter {
        try MappingBench.finding(
            """
            each: $.items
            key: .id
            title: .title
            severity: { from: .severity, map: { low: low, high: high } }
            status: { from: .state, map: { open: open, fixed: fixed } }
            resources: { hostname: .host }
            vulnerabilities: { ids: .cve }
            first_seen_time: .first
            labels: .tags
            """)
    }

    @Test(arguments: [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
    func placesThatSpeakOfOneFindingAreBroughtTogetherInAnyOrder(order: [Int]) throws {
        let event = try MappingBench.map(
            "{\"event\":\"found\",\"items\":[\(order.map { Self.entries[$0] }.joined(separator: ","))]}", try Self.adapter())
        let finding = try event.finding()
        #expect(finding.severity == .high && finding.title == "bad" && finding.status == .open && finding.vendorStatus == "open")
        #expect(finding.resources.map(\.hostname) == ["a.example", "b.example"])
        #expect(finding.vulnerabilities.map(\.id) == ["CVE-2024-0001", "CVE-2024-0002"])
        #expect(finding.labels == ["x", "y"])
        #expect(finding.firstSeenTime.rfc3339 == "2026-02-01T00:00:00.000Z")
        #expect(event.drifts.contains("key $.items (finding)"))
    }

    @Test func placesThatSpeakOfOneScanAreBroughtTogether() throws {
        let adapter = try MappingBench.adapter(
            event: "{ key: none, kind: $.event }",
            records: """
                  - kinds: [ scans ]
                    scan:
                      each: $.items
                      key: .id
                      status: { from: .state, map: { RUNNING: started, DONE: completed } }
                      progress: .progress
                      errors: .errors
                      finding_uids: { closed: .closed }
                """)
        func scan(_ items: String) throws -> Scan { try MappingBench.map("{\"event\":\"scans\",\"items\":[\(items)]}", adapter).scan() }
        let running = #"{"id":"S","state":"RUNNING","progress":40,"errors":["e"],"closed":["a"]}"#
        let done = #"{"id":"S","state":"DONE","progress":100,"errors":["f","e"],"closed":["b","a"]}"#
        let scan1 = try scan("\(running),\(done)")
        #expect(scan1.status == .completed && scan1.progress == 100 && scan1.errors == ["e", "f"] && scan1.findingUIDs?.closed.count == 2)
        let other = try scan("\(done),\(running)")
        #expect(other.status == scan1.status && other.errors == scan1.errors && other.findingUIDs == scan1.findingUIDs)
    }

    @Test func thousandsOfPlacesOfOneFindingCostNoMoreThanTheirSize() throws {
        let items = (0..<3_000).map { "{\"id\":\"F\",\"host\":\"h\($0).example\"}" }.joined(separator: ",")
        let clock = ContinuousClock()
        var finding: Finding?
        let time = try clock.measure { finding = try MappingBench.map("{\"event\":\"found\",\"items\":[\(items)]}", try Self.adapter()).finding() }
        #expect(finding?.resources.count == 3_000)
        #expect(time < .seconds(20), "\(time)")
    }

    @Test(arguments: [
        (#""labels":[]"#, true), (#""labels":null"#, false), (#""labels":"""#, false), (#""other":1"#, false), (#""labels":["x"]"#, true),
        (#""labels":{}"#, false),
    ])
    func anEmptyListSaysNoneAndNothingElseDoes(member: String, isSaid: Bool) throws {
        let adapter = try MappingBench.finding("key: $.id\nlabels: { all: [ $.labels.name, $.labels ] }\nknown: [ $.other ]")
        let event = try MappingBench.map("{\"event\":\"found\",\"id\":1,\(member)}", adapter)
        let says = event.records.compactMap { record -> FindingFields? in
            if case .finding(_, let says) = record { says } else { nil }
        }
        #expect(says.map { $0.contains(.labels) } == [isSaid])
    }

    @Test func emptyListsOfBlocksAndScansSayNoneToo() throws {
        let finding = try MappingBench.finding(
            """
            each: $.items
            key: .id
            evidence: { each: .requests, request: .text }
            tickets: { each: .tickets, uid: .id }
            """)
        let event = try MappingBench.map(#"{"event":"found","items":[{"id":1,"requests":[],"tickets":[]},{"id":2}]}"#, finding)
        let says = event.records.compactMap { record -> FindingFields? in
            if case .finding(_, let says) = record { says } else { nil }
        }
        #expect(says.map { $0.contains(.evidence) } == [true, false] && says.map { $0.contains(.tickets) } == [true, false])

        let scan = try MappingBench.adapter(
            records: "  - kinds: [ scan ]\n    scan: { key: $.s, errors: $.errors.text, finding_uids: { closed: $.lists.closed.id } }")
        let body = #"{"id":1,"event":"scan","s":1,"errors":[],"lists":{"closed":[]}}"#
        let made = try MappingBench.map(body, scan).records.compactMap { record -> (Scan, ScanFields)? in
            if case .scan(let scan, let says) = record { (scan, says) } else { nil }
        }
        #expect(made.map { $0.1.isSuperset(of: [.errors, .findingUIDs]) } == [true] && made.first?.0.findingUIDs == nil)
    }
}
