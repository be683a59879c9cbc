import Glibc

/// The part of a SQLite file's first page that says whose it is, read without opening it as a database, so that nothing is touched.
///
/// Format: https://www.sqlite.org/fileformat2.html section 1.3.
struct DatabaseHeader: Equatable {
    /// `Weir` in ASCII: `PRAGMA application_id` of state.db.
    static let applicationID: Int32 = 0x5765_6972

    let applicationID: Int32
    /// `PRAGMA user_version`: the number of the newest migration.
    let userVersion: Int32

    /// Reads the header of the file at `path`; nothing for a missing or an empty file.
    static func read(path: String) throws(StateError) -> DatabaseHeader? {
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw StateError(isLasting(errno) ? .corrupt : .unopenable, "\(path) cannot be opened: \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 100)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        if count == 0 { return nil }
        if count < 0 { throw StateError(isLasting(errno) ? .corrupt : .unopenable, "\(path) cannot be read: \(String(cString: strerror(errno)))") }
        guard count == bytes.count, bytes.starts(with: Array("SQLite format 3\u{0}".utf8)) else {
            throw StateError(.corrupt, "\(path) is damaged: it is no database")
        }
        return DatabaseHeader(applicationID: number(in: bytes, at: 68), userVersion: number(in: bytes, at: 60))
    }

    /// Whether the same comes of every later try: a folder or a link in the file's place, rights that are not ours, a disk that cannot read it.
    private static func isLasting(_ code: Int32) -> Bool { [EACCES, EPERM, EISDIR, ELOOP, ENXIO, ESPIPE, EIO].contains(code) }

    private static func number(in bytes: [UInt8], at offset: Int) -> Int32 {
        Int32(bitPattern: bytes[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) })
    }
}
