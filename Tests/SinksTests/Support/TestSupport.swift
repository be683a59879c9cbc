import Bytes
import CurlTransport
import Delivery
import FindingModel
import Glibc
import Testing

/// Waits until `condition` holds; an issue when it does not within `seconds`.
func eventually(within seconds: Int = 20, _ condition: @Sendable () async throws -> Bool, sourceLocation: SourceLocation = #_sourceLocation) async rethrows {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while !(try await condition()) {
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
    let path: String

    /// - Parameter isMemory: It stands in memory, where the system has a place for that: for what is written often and need not survive.
    init(isMemory: Bool = false) throws {
        let told = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        let place = isMemory && access("/dev/shm", W_OK) == 0 ? "/dev/shm" : told
        var template = Array("\(place)/weir-sinks-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw PeerError.socket(errno) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { Self.remove(path) }

    private static func remove(_ path: String) {
        guard let folder = opendir(path) else { return }
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            guard name != ".", name != ".." else { continue }
            if unlink("\(path)/\(name)") != 0 { remove("\(path)/\(name)") }
        }
        closedir(folder)
        rmdir(path)
    }
}

/// The bytes of a file; nothing when it is not there.
func contents(of path: String) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var all: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 64 << 10)
    while case let count = read(descriptor, &piece, piece.count), count > 0 { all += piece.prefix(count) }
    return all
}

func put(_ bytes: [UInt8], at path: String) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    #expect(write(descriptor, bytes, bytes.count) == bytes.count)
    close(descriptor)
}

/// A moment that does not pass.
struct FixedClock: DeliveryClock {
    /// 2026-03-02T10:00:00.987Z.
    var now = Timestamp(milliseconds: 1_772_445_600_987)

    func sleep(for duration: Duration) async throws { await Task.yield() }
}

extension Change {
    static func finding(_ sequence: UInt64, padding: Int = 0) -> Change {
        let data = #"{"uid":"f_\#(sequence)","title":"t\u00e4\n\#(String(repeating: "x", count: padding))"}"#
        return Change(
            sequence: sequence, id: "abcdefgh-\(sequence)-1", type: "finding.opened", source: "/sources/shop", subject: "f_\(sequence)",
            time: Timestamp(milliseconds: 1_772_445_000_000), receivedTime: Timestamp(milliseconds: 1_772_445_000_500), kind: .finding,
            data: RawJSON(bytes: Array(data.utf8)))
    }

    static func findings(_ range: ClosedRange<UInt64>) -> [Change] { range.map { finding($0) } }
}

extension DestinationPolicy {
    /// Loopback only.
    static let loopback = DestinationPolicy(networks: AddressBlockList(["127.0.0.0/8"].compactMap { try? AddressBlock($0) }))
}

extension DeliveryOutcome {
    var isDelivered: Bool {
        if case .delivered = self { true } else { false }
    }

}
