import Glibc

/// An open file of lines that only this process appends to.
struct ChangeFile: ~Copyable {
    let path: String
    private let descriptor: Int32
    private let calls: FileCalls

    /// Opens or creates (mode 0600) the file, locks it, and cuts off what a crash left of a line.
    init(opening path: String, calls: FileCalls) throws(FileFailure) {
        self.path = path
        self.calls = calls
        descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0o600)
        guard descriptor >= 0 else { throw FileFailure(path, "opened") }
        let size: Int
        do throws(FileFailure) {
            size = try Self.checkedSize(of: descriptor, path)
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw FileFailure("\(path) is being written by another process") }
            try Self.repair(descriptor, path, size: size)
            // Also for a file that is not new: a crash may have come between its making, or a rename, and the folder's sync.
            try Self.synchronizeFolder(of: path)
        } catch {
            close(descriptor)
            throw error
        }
    }

    deinit { close(descriptor) }

    /// Whether the name still leads to this file: somebody may have moved or removed it.
    var isInPlace: Bool {
        var named = stat()
        var opened = stat()
        return stat(path, &named) == 0 && fstat(descriptor, &opened) == 0 && named.st_ino == opened.st_ino && named.st_dev == opened.st_dev
    }

    /// Bytes in the file.
    func size() throws(FileFailure) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileFailure(path, "examined") }
        return Int(status.st_size)
    }

    /// Appends `lines` and returns when they are on disk.
    ///
    /// After an error the file is cut back to what it held before; it should then be closed, because what the system still holds of
    /// it after a failed sync is unknown.
    func append(_ lines: [UInt8]) throws(FileFailure) {
        let before = try size()
        do throws(FileFailure) {
            var written = 0
            while written < lines.count {
                let count = lines[written...].withUnsafeBytes { calls.write(descriptor, $0) }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw FileFailure(path, "written") }
                written += count
            }
            guard calls.synchronize(descriptor) == 0 else { throw FileFailure(path, "written to disk") }
        } catch {
            ftruncate(descriptor, off_t(before))
            throw error
        }
    }

    /// Makes names that were given, taken or changed in the folder of `path` survive a power cut.
    static func synchronizeFolder(of path: String) throws(FileFailure) {
        let parts = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        let folder = parts.map { $0 == path.utf8.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileFailure(folder, "opened") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw FileFailure(folder, "written to disk") }
    }

    private static func checkedSize(of descriptor: Int32, _ path: String) throws(FileFailure) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileFailure(path, "examined") }
        guard status.st_mode & S_IFMT == S_IFREG else { throw FileFailure("\(path) is not a regular file") }
        return Int(status.st_size)
    }

    private static func repair(_ descriptor: Int32, _ path: String, size: Int) throws(FileFailure) {
        guard size > 0 else { return }
        // A file that was never ours is not cut.
        guard try !ChangeLines.isSomethingElse(descriptor, path, size: size) else { throw FileFailure.somethingElse(path) }
        let whole = try TailRepair.wholeLength(size: size) { range throws(FileFailure) in try read(descriptor, path, range) }
        guard whole < size else { return }
        guard ftruncate(descriptor, off_t(whole)) == 0, fsync(descriptor) == 0 else { throw FileFailure(path, "repaired") }
    }

    /// All bytes of `range`.
    static func read(_ descriptor: Int32, _ path: String, _ range: Range<Int>) throws(FileFailure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: range.count)
        var filled = 0
        while filled < bytes.count {
            let count = bytes[filled...].withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, off_t(range.lowerBound + filled)) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw FileFailure(path, "read") }
            filled += count
        }
        return bytes
    }
}
