import Digests
import Glibc
import Journal

/// The file beside state.db in which the projector writes down what it takes into work.
///
/// Written without fsync: it has to outlive the process, not the machine. Magic, the range in work, its deaths and units, how many ranges of suspects
/// there are, three numbers for each of these and zeros for those that are missing, CRC-32C.
struct AttemptFile: ~Copyable {
    private static let magic: UInt64 = 0x5745_4952_5441_4B32
    private static let fixed = 6
    private static let count = fixed + 3 * Attempt.rangesMax + 1
    private static let size = count * 8

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
            (0..<Self.count).map { UInt64(littleEndian: buffer.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self)) }
        }
        guard numbers[0] == Self.magic, numbers.last == Self.checksum(bytes), numbers[1] <= numbers[2], let deaths = Int(exactly: numbers[3]),
            let units = Int(exactly: numbers[4]), numbers[5] <= UInt64(Attempt.rangesMax)
        else { return nil }
        var suspects: [Attempt.Suspects] = []
        for index in 0..<Int(numbers[5]) {
            let place = Self.fixed + 3 * index
            guard numbers[place] <= numbers[place + 1], let deaths = Int(exactly: numbers[place + 2]) else { return nil }
            suspects.append(Attempt.Suspects(first: numbers[place], last: numbers[place + 1], deaths: deaths))
        }
        return Attempt(first: numbers[1], last: numbers[2], deaths: deaths, units: units, suspects: suspects)
    }

    func write(_ attempt: Attempt) throws(StateError) {
        var numbers = [Self.magic, attempt.first, attempt.last, UInt64(clamping: attempt.deaths), UInt64(clamping: attempt.units)]
        numbers.append(UInt64(attempt.suspects.count))
        for suspects in attempt.suspects { numbers += [suspects.first, suspects.last, UInt64(clamping: suspects.deaths)] }
        numbers += repeatElement(0, count: Self.count - 1 - numbers.count)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.size)
        for number in numbers { withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) } }
        withUnsafeBytes(of: Self.checksum(bytes).littleEndian) { bytes.append(contentsOf: $0) }
        guard pwrite(descriptor, bytes, bytes.count, 0) == bytes.count else {
            throw StateError(.diskFull, "the file of attempts beside state.db cannot be written: \(String(cString: strerror(errno)))")
        }
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt64 { UInt64(CRC32C.checksum(Array(bytes.prefix(size - 8)))) }
}
