import JSONDocument

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers for the same seed everywhere.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

/// Bodies that differ from a vendor's in what no vendor should do, and some vendor will.
struct BodyMutator {
    private var random: SeededRandom

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    private static let texts = [
        "", " ", "\u{0}", "\n\r\u{2028}", "null", "[redacted]", "[redacted: unreadable]", "$", "$.id", ".", "\"\\/", "\u{202E}evil\u{202C}",
        "CVE-2021-44228 CVE-2021-99999 cwe-079",
        "https://user:pass@[::1]:99999/%zz?#", "tcp/443", "443/udp", "99999999999999999999", "-1", "1e999", "2024-02-30T25:61:61Z", "0001-01-01",
        "9999-12-31T23:59:59.999999999+23:59",
        "1 day, 99:99:99", "P99999999999999999999Y", "PT5M", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "{\"a\":[1,2,{\"id\":5}]}", "{", "\u{FFFD}", "é",
        "日本語", "😀", "CRITICAL", "a.b\"c",
        String(repeating: "x", count: 3000), String(repeating: "https://", count: 200), String(repeating: "CVE-2020-1234,", count: 100),
    ]
    private static let numbers = [
        "0", "-0", "0.0", "1", "-1", "10", "10.0", "1e1", "3e1", "57.5", "65535", "65536", "9223372036854775807", "-9223372036854775808", "9223372036854775808",
        "1e400", "1e-400",
        "1e99999999", "123456789012345678901234567890.5", "1700000000", "1700000000000", "253402300800000", "0.1e2", "30.000000000000000000000001",
    ]

    /// One to six changes anywhere in `value`.
    mutating func mutated(_ value: JSONValue) -> JSONValue {
        var value = value
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            let target = Int.random(in: 0..<Self.count(value), using: &random)
            var position = 0
            value = replace(value, at: target, &position)
        }
        return value
    }

    private static func count(_ value: JSONValue) -> Int {
        switch value {
        case .array(let items): 1 + items.map(count).reduce(0, +)
        case .object(let members): 1 + members.map { count($0.value) }.reduce(0, +)
        default: 1
        }
    }

    private mutating func replace(_ value: JSONValue, at target: Int, _ position: inout Int) -> JSONValue {
        let isTarget = position == target
        position += 1
        if isTarget { return change(value) }
        switch value {
        case .array(let items):
            return .array(items.map { replace($0, at: target, &position) })
        case .object(let members):
            return .object(members.map { JSONMember(name: $0.name, value: replace($0.value, at: target, &position)) })
        default:
            return value
        }
    }

    private mutating func change(_ value: JSONValue) -> JSONValue {
        if case .object(let members) = value, !members.isEmpty, Bool.random(using: &random) { return .object(changed(members)) }
        if case .array(let items) = value, !items.isEmpty, Bool.random(using: &random) { return .array(changed(items)) }
        switch Int.random(in: 0..<10, using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2, 3: return .number(Self.numbers.randomElement(using: &random) ?? "0")
        case 4, 5: return .string(Self.texts.randomElement(using: &random) ?? "")
        case 6: return .array([value])
        case 7: return .object([JSONMember(name: ["id", "name", "$", "", "odd.name", "x"].randomElement(using: &random) ?? "x", value: value)])
        case 8: return nested(value)
        default: return .string(String(decoding: value.bytes, as: UTF8.self))
        }
    }

    /// A member dropped, moved, or there under another name too.
    private mutating func changed(_ members: [JSONMember]) -> [JSONMember] {
        var members = members
        let index = Int.random(in: 0..<members.count, using: &random)
        let other = Int.random(in: 0..<members.count, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: members.remove(at: index)
        case 1: members.swapAt(index, other)
        case 2: (members[index].value, members[other].value) = (members[other].value, members[index].value)
        case 3:
            let name = members[index].name
            let names = [name + "2", name.uppercased() + "_", "$", "password", "", String(repeating: "n", count: 300)]
            let renamed = names.filter { new in !members.contains { $0.name == new } }.randomElement(using: &random)
            if let renamed { members.append(JSONMember(name: renamed, value: members[index].value)) }
        default:
            for number in 0..<Int.random(in: 1...40, using: &random) where !members.contains(where: { $0.name == "new\(number)" }) {
                members.append(JSONMember(name: "new\(number)", value: members[index].value))
            }
        }
        return members
    }

    private mutating func changed(_ items: [JSONValue]) -> [JSONValue] {
        var items = items
        let index = Int.random(in: 0..<items.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: items.remove(at: index)
        case 1: items.append(contentsOf: Array(repeating: items[index], count: Int.random(in: 1...30, using: &random)))
        case 2: items.insert(.array([.null, items[index], .array([items[index]])]), at: index)
        default: items.shuffle(using: &random)
        }
        return items
    }

    /// The value some levels down, as far as a body's depth can hold it.
    private mutating func nested(_ value: JSONValue) -> JSONValue {
        var value = value
        for level in 0..<Int.random(in: 1...45, using: &random) {
            value = level.isMultiple(of: 2) ? .array([value]) : .object([JSONMember(name: "deep", value: value)])
        }
        return value
    }
}
