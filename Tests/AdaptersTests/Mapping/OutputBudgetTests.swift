import Adapters
import FindingModel
import Testing

/// What one event may become.
struct OutputBudgetTests {
    /// `count` short items beside one long text that each of them is given.
    private static func body(items count: Int, text bytes: Int) -> String {
        let items = (0..<count).map { "{\"k\":\"\($0)\"}" }.joined(separator: ",")
        return "{\"event\":\"found\",\"id\":\"1\",\"time\":\"2026-03-01T00:00:00Z\",\"big\":\"\(String(repeating: "x", count: bytes))\",\"items\":[\(items)]}"
    }

    @Test(arguments: [
        "each: $.items\nkey: .k\ndesc: $.big",
        "each: $.items\nkey: { hash: [ .k, $ ] }",
        "each: $.items\nkey: .k\ntitle: { join: [ $.big, .k ] }",
        "each: $.items\nkey: .k\nlabels: { from: $.big, split: \",\" }",
        "key: $.id\nevidence: [ { each: $.items, summary: $.big, type: .k } ]",
        "key: $.id\nlabels: { join: [ $.items.k, $.big ] }",
    ])
    func aBodyThatAnAdapterMultipliesIsRefusedEachTime(fields: String) throws {
        let adapter = try MappingBench.finding(fields)
        let body = Self.body(items: 50_000, text: 80_000)
        for _ in 0..<2 {
            let error = #expect(throws: MappingError.self) { try MappingBench.map(body, adapter) }
            #expect(error?.code == .overBudget)
        }
    }

    @Test func manyFindingsOfALargeBodyAreWithinIt() throws {
        let adapter = try MappingBench.finding("each: $.items\nkey: .k\ndesc: .k")
        #expect(try MappingBench.map(Self.body(items: 25_000, text: 100), adapter).findings.count == 25_000)
        let long = try MappingBench.finding("each: $.items\nkey: .k\ndesc: $.big")
        #expect(try MappingBench.map(Self.body(items: 300, text: 80_000), long).findings.count == 300)
    }

    @Test func findingsThatAScanNamesCount() throws {
        let adapter = try MappingBench.adapter(
            records:
                "  - kinds: [ found ]\n    scan:\n      key: $.id\n      status: { from: $.event, map: { found: completed } }\n      finding_uids: { closed: $.items.k }"
        )
        #expect(try MappingBench.map(Self.body(items: 20_000, text: 10), adapter).scans.first?.findingUIDs?.closed.count == 20_000)
        let error = #expect(throws: MappingError.self) { try MappingBench.map(Self.body(items: 100_000, text: 10), adapter) }
        #expect(error?.code == .overBudget)
    }
}
