import Delivery
import FindingModel
import Glibc
import Testing

/// Waits until `condition` holds; an issue when it does not within `seconds`.
func eventually(within seconds: Int = 60, _ condition: @Sendable () async -> Bool, sourceLocation: SourceLocation = #_sourceLocation) async {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while !(await condition()) {
        guard ContinuousClock.now < deadline else {
            Issue.record("the condition did not come true within \(seconds) s", sourceLocation: sourceLocation)
            return
        }
        poll(nil, 0, 1)
        await Task.yield()
    }
}

/// A folder of its own for one test, removed with the value's end.
final class TemporaryFolder: Sendable {
    struct Failure: Error {}

    let path: String

    init() throws {
        let place = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(place)/weir-delivery-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure() }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for name in names { unlink("\(path)/\(name)") }
        rmdir(path)
    }

    /// What is in it, sorted.
    var names: [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}

extension Change {
    /// A finding's change with what routes look at.
    static func finding(
        _ sequence: UInt64, type: String = "finding.opened", source: String = "/sources/shop", status: String = "open", severity: String = "high",
        labels: [String] = [], resources: String = "[]", padding: Int = 0, record: String? = nil,
        received: Timestamp? = nil, tag: String = "abcdefgh"
    ) -> Change {
        let labels = labels.map { "\"\($0)\"" }.joined(separator: ",")
        let data = """
            {"uid":"f_\(sequence)","title":"\(String(repeating: "x", count: padding))","severity":"\(severity)","status":"\(status)",\
            "resources":\(resources),"labels":[\(labels)]}
            """
        return Change(
            sequence: sequence, id: "\(tag)-\(sequence)-1", type: type, source: source, subject: record ?? "f_\(sequence)",
            time: Timestamp(milliseconds: Int64(sequence) * 1000), receivedTime: received ?? Timestamp(milliseconds: Int64(sequence) * 1000), kind: .finding,
            data: RawJSON(bytes: Array(data.utf8)))
    }

    static func findings(_ range: ClosedRange<UInt64>) -> [Change] { range.map { finding($0) } }
}

/// A seeded generator (SplitMix64), so that a failing case can be repeated.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }
}
