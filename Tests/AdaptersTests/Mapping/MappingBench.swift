import Adapters
import Digests
import FindingModel
import JSONDocument
import Testing
import YAMLDocument

/// Manifests and bodies written for one test.
enum MappingBench {
    /// 2026-03-02T10:00:00.000Z.
    static let receivedTime = Timestamp(milliseconds: 1_772_445_600_000)

    /// The adapter `example` with the usual beginning and what a test adds.
    static func adapter(
        top: String = "", event: String = "{ key: $.id, kind: $.event, time: $.time }", records: String
    ) throws -> Adapter {
        let yaml = "adapter: example\nvendor: Example\nauthenticate: bearer\nevent: \(event)\n\(top)\nrecords:\n\(records)\n"
        return try Adapter.compile(name: "example", yaml: yaml, file: "adapter.yaml").get()
    }

    /// The adapter with one finding block for events of the kind `found`.
    static func finding(top: String = "", _ fields: String) throws -> Adapter {
        let block = fields.split(separator: "\n", omittingEmptySubsequences: false).map { "      " + $0 }.joined(separator: "\n")
        return try adapter(top: top, event: "{ key: [ $.id, $.event ], kind: $.event, time: $.time }", records: "  - kinds: [ found ]\n    finding:\n\(block)")
    }

    /// What `adapter` makes of `body`.
    static func map(
        _ body: String, _ adapter: Adapter, headers: [HeaderField] = [], timezone: String? = nil, redact: [RedactionRule] = []
    ) throws -> MappedEvent {
        try map(Array(body.utf8), adapter, headers: headers, timezone: timezone, redact: redact)
    }

    static func map(
        _ body: [UInt8], _ adapter: Adapter, headers: [HeaderField] = [], timezone: String? = nil, redact: [RedactionRule] = []
    ) throws -> MappedEvent {
        let plan = try #require(SourcePlan(adapter: adapter, account: "acme", timezone: timezone, redact: redact))
        var parser = JSONParser()
        return try plan.map(input(body, headers: headers), parser: &parser)
    }

    static func input(_ body: [UInt8], headers: [HeaderField] = []) -> MappingInput {
        MappingInput(
            body: body, headers: headers, receipt: 7, receivedTime: receivedTime, bodySHA256: SHA256Hash.digest(of: body), bodySize: body.count)
    }

    /// The only finding of the event that a body of the kind `found` with `members` becomes.
    static func finding(_ members: String, _ adapter: Adapter) throws -> Finding {
        try map("{\"event\":\"found\",\(members)}", adapter).finding()
    }
}

extension MappedEvent {
    var findings: [Finding] {
        records.compactMap { record in
            if case .finding(let finding, _) = record { finding } else { nil }
        }
    }

    var scans: [Scan] {
        records.compactMap { record in
            if case .scan(let scan, _) = record { scan } else { nil }
        }
    }

    var notices: [Notice] {
        records.compactMap { record in
            if case .notice(let notice) = record { notice } else { nil }
        }
    }

    /// The only record, which is a finding.
    func finding() throws -> Finding {
        #expect(records.count == 1)
        return try #require(findings.first)
    }

    /// The only record, which is a scan.
    func scan() throws -> Scan {
        #expect(records.count == 1)
        return try #require(scans.first)
    }

    /// The drift as texts: `field $.data.new`.
    var drifts: [String] { drift.map { "\($0.kind.rawValue) \($0.place)" } }
}
