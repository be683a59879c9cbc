import FindingModel
import JSONDocument
import Testing

@testable import Adapters

/// Bodies like the vendors', with anything anywhere: whatever comes, an authentic event becomes records.
struct MutationTests {
    @Test(arguments: AdapterFolders.names)
    func mutatedBodiesBecomeRecords(name: String) throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(state: seed)
        let trial = try #require(AdapterTrial(adapter: try AdapterFolders.adapter(name), secrets: [LabelledSecret(label: "s", value: Array("hunter-42".utf8))]))
        let samples = try VendorSamples.names(of: name).map { try JSONValue(parsing: try VendorSamples.bytes("samples/\(name)/\($0)")) }
        for round in 0..<200 {
            guard var value = samples.randomElement(using: &generator) else { return }
            for _ in 0...Int.random(in: 0...3, using: &generator) { value = mutated(value, depth: 0, &generator) }
            let request = AdapterTrial.Request(
                head: RequestHead(headers: [] as [HeaderField]), body: value.bytes, time: Timestamp(milliseconds: 1_727_000_000_000))
            guard case .mapped(let event, let kept, _) = trial.accept(request) else {
                Issue.record("seed \(seed), round \(round): \(String(decoding: value.bytes, as: UTF8.self))")
                return
            }
            #expect(event.ignored || !event.records.isEmpty, "seed \(seed), round \(round)")
            #expect((try? JSONValue(parsing: kept)) != nil, "seed \(seed), round \(round)")
            let text = String(decoding: kept, as: UTF8.self) + event.records.map { $0.record.json.text }.joined()
            #expect(!text.contains("hunter-42"), "seed \(seed), round \(round)")
            for record in event.records {
                #expect((try? Record(kind: record.record.kind, parsing: record.record.json)) == record.record, "seed \(seed), round \(round)")
            }
        }
    }

    private func mutated(_ value: JSONValue, depth: Int, _ generator: inout SeededGenerator) -> JSONValue {
        if depth > 0, Int.random(in: 0..<6, using: &generator) == 0 { return odd(&generator) }
        switch value {
        case .object(var members) where !members.isEmpty:
            let index = Int.random(in: members.indices, using: &generator)
            switch Int.random(in: 0..<8, using: &generator) {
            case 0: members.remove(at: index)
            case 1: members.append(JSONMember(name: "extra \(UInt64.random(in: 0...UInt64.max, using: &generator))", value: odd(&generator)))
            case 2: members.shuffle(using: &generator)
            default: members[index].value = mutated(members[index].value, depth: depth + 1, &generator)
            }
            return .object(members)
        case .array(var elements) where !elements.isEmpty:
            let index = Int.random(in: elements.indices, using: &generator)
            if Int.random(in: 0..<4, using: &generator) == 0 { elements.append(odd(&generator)) }
            elements[index] = mutated(elements[index], depth: depth + 1, &generator)
            return .array(elements)
        default:
            return odd(&generator)
        }
    }

    private func odd(_ generator: inout SeededGenerator) -> JSONValue {
        let values: [JSONValue] = [
            .null, .bool(true), .bool(false), .number("0"), .number("-1"), .number("1e999"), .number("9223372036854775808"), .number("30.0"), .string(""),
            .string(" "),
            .string("hunter-42"), .string("\u{0}\u{1b}[31m\r\n"), .string("https://u:hunter-42@[::1]:99999/\u{301}"), .string("{\"password\":\"x\"}"),
            .string("0000-00-00"),
            .string("CLOSED"), .string("[redacted]"), .array([]), .array([.null, .array([.string("x")])]), .object([]),
            .object([
                JSONMember(name: "id", value: .object([JSONMember(name: "$", value: .number("1"))])), JSONMember(name: "token", value: .string("hunter-42")),
            ]),
            .string(String(repeating: "é", count: 300)), .number(String(repeating: "9", count: 400)),
        ]
        return values.randomElement(using: &generator) ?? .null
    }
}

/// Repeatable random numbers (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
