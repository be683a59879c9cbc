import FindingModel
import Foundation
import GRDB
import JSONDocument
import Testing

@testable import State

/// Histories of one vendor's events, from bodies to changes: what is told, when it says it happened, and what stands in the record afterwards.
struct HistoryTests {
    /// What happens, minute by minute.
    struct Event: Sendable, CustomTestStringConvertible {
        var minute: Int
        var body: String
        var source = "hostedscan"
        var testDescription: String { "\(minute) \(body.prefix(40))" }

        static func time(_ minute: Int) -> String { Making.time(Int64(minute) * 60).rfc3339 }

        /// HostedScan's risk `1`.
        static func risk(_ minute: Int, _ status: String, _ more: String = #""tags":["a"]"#, id: String = "R1") -> Event {
            Event(
                minute: minute,
                body: """
                    {"id":"\(minute)-\(status)-\(more.count)-\(id)","type":"risk.updated","event_created_at":"\(time(minute))","data":{"id":"\(id)","status":\
                    "\(status)",\(more),"target":"https://shop.example.test","risk_definition":{"title":"t","threat_level":"HIGH"}}}
                    """)
        }

        static func accepted(_ minute: Int) -> Event { risk(minute, "OPEN", #""is_accepted":true"#) }

        static func scan(_ minute: Int, _ state: String, new: [String] = [], open: [String] = [], closed: [String] = [], id: String = "S1") -> Event {
            func list(_ ids: [String]) -> String { "[" + ids.map { "{\"risk_id\":\"\($0)\"}" }.joined(separator: ",") + "]" }
            return Event(
                minute: minute,
                body: """
                    {"id":"\(minute)-\(state)-\(id)","type":"scan.updated","event_created_at":"\(time(minute))","data":{"id":"\(id)","type":"NMAP","state":\
                    "\(state)","progress":50,"risks":{"new_open":\(list(new)),"still_open":\(list(open)),"closed":\(list(closed))}}}
                    """)
        }
    }

    /// A change in a line.
    struct Told: Equatable, Sendable, CustomStringConvertible {
        var type: String
        var minute: Int
        var isLate = false
        var description: String { "\(type)@\(minute)\(isLate ? " late" : "")" }

        init(_ type: String, _ minute: Int, late: Bool = false) {
            self.type = type
            self.minute = minute
            isLate = late
        }

        init(_ change: Change) {
            self.init(change.type, Int((change.time.milliseconds - Making.time(0).milliseconds) / 60_000), late: change.isLate)
        }
    }

    static func projected(_ events: [Event]) async throws -> Gate {
        let gate = try VendorSampleTests.gate()
        let generation = try await VendorSampleTests.configure(gate)
        for event in events { try await gate.receive(event.body, source: event.source, generation: generation) }
        try gate.catchUp()
        return gate
    }

    static func told(_ gate: Gate) throws -> [Told] { try gate.allChanges().filter { !$0.type.hasPrefix("notice.") }.map(Told.init) }

    static let histories: [(name: String, events: [Event], told: [Told])] = [
        ("unknown word", [.risk(0, "OPEN"), .risk(10, "PENDING"), .risk(20, "OPEN")], [Told("finding.opened", 0)]),
        (
            "late fix after an unknown word", [.risk(0, "OPEN"), .risk(20, "PENDING"), .risk(10, "CLOSED")],
            [Told("finding.opened", 0), Told("finding.fixed", 10)]
        ),
        ("only an unknown word", [.risk(0, "PENDING"), .risk(5, "OPEN")], [Told("finding.opened", 0), Told("finding.opened", 5)]),
        ("unknown word of a scan", [.scan(0, "SUCCEEDED"), .scan(10, "ARCHIVED"), .scan(20, "SUCCEEDED")], [Told("scan.completed", 0)]),
        ("late fix", [.risk(100, "OPEN"), .risk(50, "CLOSED")], [Told("finding.opened", 100), Told("finding.reopened", 100)]),
        (
            "late news", [.risk(100, "OPEN"), .risk(50, "OPEN", #""tags":[],"target_id":"T""#)],
            [Told("finding.opened", 100)]
        ),
        ("both in one moment", [.scan(3, "SUCCEEDED"), .scan(3, "RUNNING")], [Told("scan.completed", 3)]),
        ("both in one moment, the other way", [.scan(3, "RUNNING"), .scan(3, "SUCCEEDED")], [Told("scan.started", 3), Told("scan.completed", 3)]),
        (
            "lists both ways", [.risk(0, "OPEN"), .scan(1, "SUCCEEDED", closed: ["R1"]), .scan(2, "SUCCEEDED", new: ["R1"], id: "S2")],
            [
                Told("finding.opened", 0), Told("scan.completed", 1), Told("finding.fixed", 1), Told("scan.completed", 2), Told("finding.reopened", 2),
            ]
        ),
        (
            "still open after a fix", [.risk(0, "CLOSED"), .scan(2, "SUCCEEDED", open: ["R1"])],
            [Told("finding.fixed", 0), Told("scan.completed", 2), Told("finding.reopened", 2)]
        ),
        (
            "lists of a running scan", [.risk(0, "OPEN"), .scan(1, "RUNNING", closed: ["R1"])], [Told("finding.opened", 0), Told("scan.started", 1)]
        ),
        (
            "listed while accepted", [.accepted(0), .scan(1, "SUCCEEDED", open: ["R1"])], [Told("finding.accepted", 0), Told("scan.completed", 1)]
        ),
        (
            "withdrawn", [.risk(0, "CLOSED"), .risk(1, "OPEN"), .accepted(2), .risk(3, "OPEN")],
            [Told("finding.fixed", 0), Told("finding.reopened", 1), Told("finding.accepted", 2), Told("finding.opened", 3)]
        ),
        (
            "listed closed before it is known", [.scan(5, "SUCCEEDED", closed: ["R1"]), .risk(1, "OPEN")],
            [Told("scan.completed", 5), Told("finding.fixed", 5)]
        ),
    ]

    @Test(arguments: histories.indices)
    func historyIsTold(number: Int) async throws {
        let history = Self.histories[number]
        let told = try Self.told(try await Self.projected(history.events))
        #expect(told == history.told, "\(history.name)")
    }

    @Test func newsThatComesLateSaysSo() async throws {
        let gate = try await Self.projected([
            .risk(10, "OPEN"), .risk(20, "CLOSED"),
            Event(minute: 5, body: Event.risk(5, "OPEN").body.replacingOccurrences(of: #""title":"t""#, with: #""title":"t","references":["CVE-2024-1"]"#)),
            .risk(30, "OPEN"),
        ])
        #expect(
            try Self.told(gate) == [
                Told("finding.opened", 10), Told("finding.fixed", 20), Told("finding.updated", 5, late: true), Told("finding.reopened", 30),
            ])
        let lines = try gate.allChanges().map { String(decoding: $0.cloudEventJSON, as: UTF8.self).contains(#","late":true,"#) }
        #expect(lines == [false, false, true, false])
    }

    @Test func kindsMayShareOneID() async throws {
        func same(_ event: Event, kind: String) -> Event {
            let id = String(event.body.dropFirst(#"{"id":""#.count).prefix { $0 != "\"" })
            return Event(
                minute: event.minute,
                body: event.body.replacingOccurrences(of: "\"id\":\"\(id)\"", with: #""id":"one""#).replacingOccurrences(
                    of: #""type":"\#(event.body.contains("scan.updated") ? "scan.updated" : "risk.updated")""#, with: #""type":"\#(kind)""#))
        }
        let gate = try await Self.projected([
            same(.scan(1, "SUCCEEDED"), kind: "scan.succeeded"), same(.scan(1, "SUCCEEDED"), kind: "scan.updated"),
            same(.risk(2, "OPEN"), kind: "risk.created"),
            same(.risk(3, "CLOSED"), kind: "risk.updated"), same(.risk(3, "CLOSED"), kind: "risk.updated"),
        ])
        #expect(try Self.told(gate) == [Told("scan.completed", 1), Told("finding.opened", 2), Told("finding.fixed", 3)])
        #expect(try await gate.queries.sources().first { $0.source == "hostedscan" }?.outcomes == [.ignored: 1, .mapped: 3, .duplicate: 1])
    }

    @Test func oneFlawOnOneHostIsOneHoweverItsNameIsWritten() async throws {
        let targets = ["https://bücher.example/", "https://xn--bcher-kva.example/", "BÜCHER.example"]
        let gate = try await Self.projected(
            targets.enumerated().map { index, target in
                let body = Event.risk(1, "OPEN", id: "R\(index)").body
                return Event(
                    minute: 1,
                    body: body.replacingOccurrences(of: "https://shop.example.test", with: target).replacingOccurrences(
                        of: #""title":"t""#, with: #""title":"CVE-2021-44228""#))
            })
        let findings = try gate.allRecords().compactMap(\.finding)
        #expect(findings.map { $0.resources.first?.hostname } == Array(repeating: "xn--bcher-kva.example", count: 3))
        #expect(Set(findings.map(\.fingerprints.cross2)).count == 1)
        // The older form is as it was: by the name as it is written.
        #expect(Set(findings.map(\.fingerprints.cross1)).count == 3)
    }

    @Test(arguments: ["https://a.example/p q", "arn:aws:ec2:eu-north-1:1:instance/i-1", "192.0.2.0/24", "*.example.com"])
    func targetThatIsNoAddressIsTheResourcesName(target: String) async throws {
        let gate = try await Self.projected([
            Event(minute: 1, body: Event.risk(1, "OPEN").body.replacingOccurrences(of: "https://shop.example.test", with: target))
        ])
        let finding = try #require(try gate.allRecords().first?.finding)
        #expect(finding.resources.map(\.name) == [target] && finding.resources.first?.hostname == nil)
        #expect(try await gate.queries.drift(ofSource: "hostedscan").isEmpty)
    }

    @Test func labelsThatTheVendorEmptiesAreGone() async throws {
        func labels(_ events: Event...) async throws -> [String]? {
            let gate = try await Self.projected(events)
            guard case .finding(let finding)? = try gate.allRecords().first else { return nil }
            return finding.labels
        }
        #expect(try await labels(.risk(0, "OPEN"), .risk(1, "OPEN", #""tags":[]"#)) == [])
        #expect(try await labels(.risk(0, "OPEN"), .risk(1, "OPEN", #""tags":null"#)) == ["a"])
        #expect(try await labels(.risk(0, "OPEN"), .risk(1, "OPEN", #""is_accepted":false"#)) == ["a"])
        #expect(try await labels(.risk(1, "OPEN", #""tags":[]"#), .risk(0, "OPEN")) == [])
    }

    @Test(arguments: 0..<12)
    func anyOrderOfRandomEventsEndsInTheSameRecordsAndTellsThem(seed: Int) async throws {
        var random = SeededGenerator(seed: UInt64(seed) &+ 20_261_129)
        let events = (0..<14).map { _ in Self.randomEvent(&random) }
        var ends: [String]?
        for _ in 0..<4 {
            let gate = try await Self.projected(events.shuffled(using: &random))
            let records = try gate.allRecords()
            try Self.check(try gate.allChanges(), records, "seed \(seed)")
            let end = records.map(\.withoutReceipt)
            #expect(ends.map { $0 == end } ?? true, "seed \(seed)")
            ends = end
        }
    }

    /// Words known and unknown, moments that are shared, lists both ways, empty lists, and one id twice in one event.
    private static func randomEvent(_ random: inout SeededGenerator) -> Event {
        let minute = Int.random(in: 0...5, using: &random)
        let id = ["R1", "R2"].randomElement(using: &random) ?? "R1"
        switch Int.random(in: 0..<8, using: &random) {
        case 0: return .scan(minute, "SUCCEEDED", new: [id], closed: id == "R1" ? ["R2"] : ["R1"], id: "S\(Int.random(in: 1...2, using: &random))")
        case 1: return .scan(minute, ["RUNNING", "QUEUED", "FAILED", "ARCHIVED"].randomElement(using: &random) ?? "FAILED")
        case 2: return .accepted(minute)
        case 3: return .risk(minute, ["PENDING", "OPEN"].randomElement(using: &random) ?? "OPEN", #""tags":[]"#, id: id)
        case 4:
            var twice = Event.risk(minute, "OPEN", id: id)
            let item = { (level: String, host: String) in
                "{\"id\":\"\(id)\",\"status\":\"OPEN\",\"target\":\"\(host)\",\"risk_definition\":{\"title\":\"t \(level)\",\"threat_level\":\"\(level)\"}}"
            }
            let items = [item("LOW", "a.example.test"), item("HIGH", "b.example.test")].shuffled(using: &random)
            twice.body = """
                {"id":"twice-\(minute)-\(id)","type":"risk.updated","event_created_at":"\(Event.time(minute))","data":[\(items.joined(separator: ","))]}
                """
            return twice
        default: return .risk(minute, ["OPEN", "CLOSED"].randomElement(using: &random) ?? "OPEN", id: id)
        }
    }

    /// What holds of every stream of changes, and between it and the records.
    private static func check(_ changes: [Change], _ records: [FindingModel.Record], _ name: String) throws {
        var last: [String: (change: Change, record: FindingModel.Record)] = [:], newest: [String: Timestamp] = [:]
        for change in changes where change.kind != .notice {
            let record = try FindingModel.Record(kind: change.kind, parsing: change.data)
            let before = last[change.subject]
            #expect(change.isLate == (newest[change.subject].map { change.time < $0 } ?? false), "\(name): \(change.id)")
            newest[change.subject] = max(newest[change.subject] ?? change.time, change.time)
            if let before, !change.type.hasSuffix(".updated") { #expect(before.record.statusWord != record.statusWord, "\(name): \(change.id) again") }
            if change.type == ChangeType.findingUpdated, let before { #expect(before.record.toldText != record.toldText, "\(name): \(change.id) says nothing") }
            last[change.subject] = (change, record)
        }
        for record in records {
            guard let told = last[record.uid]?.record else { continue }
            #expect(told.statusWord == record.statusWord && told.toldText == record.toldText, "\(name): \(record.uid) differs from what was told last")
        }
    }
}

extension FindingModel.Record {
    fileprivate var statusWord: String {
        switch self {
        case .finding(let finding): finding.status.word
        case .scan(let scan): scan.status.word
        case .notice(let notice): notice.kind
        }
    }

    /// What of a finding makes a change.
    fileprivate var toldText: String {
        guard case .finding(let finding) = self else { return "" }
        let status = [finding.fixedTime?.rfc3339, finding.statusDetail].map { $0 ?? "-" }
        return "\(finding.severity) \(finding.title) \(finding.resources) \(finding.vulnerabilities) \(finding.tickets) \(finding.labels) \(status)"
    }

    /// Which receipt of two that say the same counts depends on their numbers.
    fileprivate var withoutReceipt: String {
        let raw = Making.raw(0)
        switch self {
        case .finding(var finding):
            finding.raw = raw
            return FindingModel.Record.finding(finding).json.text
        case .scan(var scan):
            scan.raw = raw
            return FindingModel.Record.scan(scan).json.text
        case .notice: return ""
        }
    }
}

extension Gate {
    /// Every known record that is no notice, in order of uids.
    func allRecords() throws -> [FindingModel.Record] {
        try store.read { database in
            try Row.fetchAll(
                database,
                sql:
                    "SELECT r.kind, coalesce(r.data, c.data) FROM records r LEFT JOIN changes c ON c.sequence = r.told WHERE r.known = 1 AND r.kind != 3 ORDER BY r.uid"
            ).map { row in
                let data: Data = row[1]
                return try FindingModel.Record(kind: RecordKind(code: row[0]) ?? .finding, parsing: RawJSON(bytes: [UInt8](data)))
            }
        }
    }
}
