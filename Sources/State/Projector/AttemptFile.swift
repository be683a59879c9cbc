import Digests
import Glibc

/// The file beside state.db in which the projector writes down what it takes into work.
///
/// Written without fsync: it has to outlive the process, not the machine. 48 bytes: magic, four numbers, CRC-32C.
struct AttemptFile: ~Copyable {
    private static let magic: UInt64 = 0x5745_4952_5441_4B45
    private static let size = 48

    private let descriptor: Int32

    /// The file of the state database at `path`.
    static func path(beside path: String) -> String { path + "-attempt" }

    init(path: String) throws(StateError) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StateError(.unopenable, "\(path) cannot be opened: \(String(cString: strerror(errno)))") }
    }

    deinit { close(descriptor) }

    /// What was written last; nothing if that is damaged or was never written.
    func read() -> Attempt? {
        var bytes = [UInt8](repeating: 0, count: Self.size)
        guard pread(descriptor, &bytes, bytes.count, 0) == bytes.count else { return nil }
        let numbers: [UInt64] = bytes.withUnsafeBytes { buffer in
            (0..<6).map { UInt64(littleEndian: buffer.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self)) }
        }
        guard numbers[0] == Self.magic, numbers[5] == Self.checksum(bytes), numbers[1] <= numbers[2], let deaths = Int(exactly: numbers[3]) else {
            return nil
        }
        return Attempt(first: numbers[1], last: numbers[2], deaths: deaths, suspectsEnd: numbers[4])
    }

    func write(_ attempt: Attempt) throws(StateError) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.size)
        for number in [Self.magic, attempt.first, attempt.last, UInt64(clamping: attempt.deaths), attempt.suspectsEnd] {
            withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
        }
        withUnsafeBytes(of: Self.checksum(bytes).littleEndian) { bytes.append(contentsOf: $0) }
        guard pwrite(descriptor, bytes, bytes.count, 0) == bytes.count else {
            throw StateError(.diskFull, "the file of attempts beside state.db cannot be written: \(String(cString: strerror(errno)))")
        }
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt64 { UInt64(CRC32C.checksum(Array(bytes.prefix(size - 8)))) }
}
