import FindingModel
import Glibc

@testable import Journal

/// A directory of a test's own, removed with the value.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        let place = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(place)/journal-tests-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw SystemError("mkdtemp") }
        path = String(cString: made)
    }

    deinit { Self.remove(path) }

    /// The journal's directory.
    var journal: String { path + "/journal" }

    /// Options of small segments and a clock that starts at a fixed moment.
    func options(segmentBytes: Int = 1 << 20) -> SegmentJournalOptions {
        var options = SegmentJournalOptions(directory: journal) { _ in }
        options.segmentBytes = segmentBytes
        options.diskReserve = .none
        return options
    }

    /// The segments' paths, in order.
    func segments() throws -> [String] {
        SegmentName.segments(try JournalFileSystem.system.list(journal)).map { journal + "/" + SegmentName.name(first: $0) }
    }

    private static func remove(_ path: String) {
        for name in (try? JournalFileSystem.system.list(path)) ?? [] { remove(path + "/" + name) }
        if rmdir(path) != 0 { unlink(path) }
    }
}

/// Files as arrays of bytes.
enum FileBytes {
    static func read(_ path: String) throws -> [UInt8] {
        let file = try File(path, .read, in: .system)
        return try file.read(try file.size, at: 0)
    }

    static func write(_ bytes: [UInt8], to path: String) throws {
        let file = try File(path, .create, in: .system)
        try file.write(bytes, at: 0)
    }
}
