import FindingModel
import Glibc

/// Keeps a second process from using the same data directory; held until the value ends or the process does.
package struct DataDirectoryLock: ~Copyable {
    /// The file in the data directory that is locked, and says by whom.
    package static let fileName = "lock"

    private let descriptor: Int32

    /// Locks `directory`, which must be there.
    ///
    /// - Throws: `.locked` with the holder's process id and start, or `.unwritable`.
    package init(_ directory: String, now: Timestamp) throws(JournalError) {
        let path = directory + "/" + Self.fileName
        let descriptor: Int32
        do throws(SystemError) { descriptor = try OwnFile.open(path, O_RDWR | O_CREAT) } catch { throw .unwritable(path, error) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let error = SystemError("flock")
            let holder = Self.holder(descriptor)
            close(descriptor)
            guard error.number == EWOULDBLOCK else { throw .unwritable(path, error) }
            throw JournalError(.locked, "the data directory \(directory) is in use by \(holder)")
        }
        self.descriptor = descriptor
        let text = Array("process \(getpid()), since \(now.rfc3339)\n".utf8)
        // Who holds the lock is only told, never relied on: what fails here changes nothing. A file with a second name is somebody else's too.
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_nlink == 1 else { return }
        _ = ftruncate(descriptor, 0)
        _ = text.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }

    deinit { close(descriptor) }

    /// Who holds `directory` now; nothing when nobody does, or when it cannot be found out. Leaves the file as it is.
    package static func holder(of directory: String) -> String? {
        let descriptor = open(directory + "/" + fileName, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        // A shared lock, which ends with the descriptor.
        guard flock(descriptor, LOCK_SH | LOCK_NB) != 0, errno == EWOULDBLOCK else { return nil }
        return holder(descriptor)
    }

    /// The process that holds `directory` now; nothing when none does, or it does not say so.
    package static func holderProcess(of directory: String) -> Int32? {
        let words = holder(of: directory)?.split(whereSeparator: { $0 == " " || $0 == "," }) ?? []
        return words.count > 1 && words[0] == "process" ? Int32(words[1]) : nil
    }

    private static func holder(_ descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 128)
        let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
        let line = bytes.prefix(max(0, count)).prefix { $0 >= 0x20 && $0 < 0x7f }
        return line.isEmpty ? "another process" : String(decoding: line, as: UTF8.self)
    }
}
