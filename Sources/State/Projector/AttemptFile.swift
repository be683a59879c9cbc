import Digests
import Glibc
import Journal

/// The file beside state.db in which the projector writes down what it takes into work.
///
/// Written without fsync: it has to outlive the process, not the machine. 56 bytes: magic, five numbers, CRC-32C.
struct AttemptFile: ~Copyable {
    private static let magic: UInt64 = 0x5745_4952_5441_4B46
    private static let size = 56

    private let descriptor: Int32

    /// The file of the state database at `path`.
    static func path(beside path: String) -> String { path + "-attempt" }

    init(path: String) throws(StateError) {
        do throws(SystemError) { descriptor = try OwnFile.open(path, O_RDWR | O_CREAT, replacing: true) } catch {
            throw StateError(error.isOutOfSpace ? .diskFull : .unopenable, "\(path) cannot be opened: \(error.reason)")
        }
    }

    deinit { close(descriptor) }

    /// What was written last; nothing if that is damaged or was never written.
    func read() -> Attempt? {
        var bytes = [UInt8](repeating: 0, count: Self.size)
        guard pread(descriptor, &bytes, bytes.count, 0) == bytes.count else { return nil }
        let numbers: [UInt64] = bytes.withUnsafeBytes { buffer in
            (0..<7).map { UInt64(littleEndian: buffer.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self)) }
        }
        guard numbers[0] == Self.magic, numbers[6] == Self.checksum(bytes), numbers[1] <= numbers[2], let deaths = Int(exactly: numbers[3]),
            let units = Int(exactly: numbers[5])
        else {
            return nil
        }
        return Attempt(first: numbers[1], last: numbers[2], deaths: deaths, suspectsEnd: numbers[4], units: units)
    }

    func write(_ attempt: Attempt) throws(StateError) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.size)
        for number in [Self.magic, attempt.first, attempt.last, UInt64(clamping: attempt.deaths), attempt.suspectsEnd, UInt64(clamping: attempt.units)] {
            withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
        }
        withUnsafeBytes(of: Self.checksum(bytes).littleEndian) { bytes.append(contentsOf: $0) }
        guard pwrite(descriptor, bytes, bytes.count, 0) == bytes.count else {
            throw StateError(.diskFull, "the file of attempts beside state.db cannot be written: \(String(cString: strerror(errno)))")
        }
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt64 { UInt64(CRC32C.checksum(Array(bytes.prefix(size - 8)))) }
}
