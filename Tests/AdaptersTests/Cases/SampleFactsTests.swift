import FindingModel
import JSONDocument
import Testing

@testable import Adapters

/// The vendors' samples against `expected.json`, as far as one event alone decides.
struct SampleFactsTests {
    static let samples: [(vendor: String, name: String)] = AdapterFolders.names.flatMap { vendor in
        ((try? VendorSamples.names(of: vendor)) ?? []).map { (vendor, $0) }
    }

    @Test(arguments: SampleFactsTests.samples)
    func aSampleBecomesWhatIsExpected(vendor: String, name: String) throws {
        let all = try JSONValue(parsing: try VendorSamples.bytes("expected.json"))
        let expected = try #require(all["\(vendor)/\(name)"]?.arrayValue)
        var records = try Self.event(vendor, try VendorSamples.bytes("samples/\(vendor)/\(name)")).records
        #expect(records.count == expected.count)
        for change in expected {
            let index = records.firstIndex { Self.matches($0.record, change) }
            #expect(index != nil, "\(String(decoding: change.bytes, as: UTF8.self))")
            if let index { records.remove(at: index) }
        }
    }

    @Test func everySampleIsExpectedAndEveryExpectationHasASample() throws {
        let all = try JSONValue(parsing: try VendorSamples.bytes("expected.json"))
        let names = try #require(all.objectValue).map(\.name).filter { $0 != "//" }.sorted()
        #expect(names == Self.samples.map { "\($0.vendor)/\($0.name)" }.sorted())
    }

    static func event(_ vendor: String, _ body: [UInt8]) throws -> MappedEvent {
        let zone = vendor == "holm" ? "Europe/Stockholm" : nil
        let trial = try #require(AdapterTrial(adapter: try AdapterFolders.adapter(vendor), secrets: [], timezone: zone))
        let time = try #require(Timestamp(rfc3339: Array("2024-12-01T00:00:00.000Z".utf8)))
        guard case .mapped(let event, _, _) = trial.accept(AdapterTrial.Request(head: RequestHead(headers: [] as [HeaderField]), body: body, time: time)) else {
            throw Refused()
        }
        return event
    }

    private struct Refused: Error {}

    /// Whether the record can be what the change is about: its kind, the status in the change's type, and all facts.
    private static func matches(_ record: Record, _ change: JSONValue) -> Bool {
        guard let type = change["type"]?.stringValue, let facts = change["data"]?.objectValue, let data = try? JSONValue(parsing: record.json.bytes) else {
            return false
        }
        guard type.hasPrefix(record.kind.rawValue) else { return false }
        let end = type.dropFirst(record.kind.rawValue.count + 1)
        let word = end == "opened" ? "open" : String(end)
        if record.kind != .notice, end != "*", data["status"]?.stringValue != word { return false }
        return facts.allSatisfy { fact in
            let value = fact.name.split(separator: ".").reduce(Optional(data)) { value, step in
                Int(step).map { index in value?.arrayValue.flatMap { $0.indices.contains(index) ? $0[index] : nil } } ?? value?[String(step)]
            }
            return isEqual(value, fact.value)
        }
    }

    private static func isEqual(_ value: JSONValue?, _ wanted: JSONValue) -> Bool {
        guard let value else { return false }
        guard let pattern = wanted.stringValue, pattern.hasSuffix("*") else { return value == wanted }
        return pattern == "*" || value.stringValue?.hasPrefix(pattern.dropLast()) == true
    }
}
