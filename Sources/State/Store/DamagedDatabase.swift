import Glibc

/// What is done with a state database that cannot be used any more: it is kept beside the new one, for whoever wants to look at it.
enum DamagedDatabase {
    private static let kept = 9

    /// Renames the database at `path`, whatever stands there, with its side files to `path.damaged`; one that was put aside before gives way.
    static func putAside(path: String) throws(StateError) {
        var reason: Int32 = 0
        for number in 1...kept {
            let target = path + ".damaged" + (number == 1 ? "" : "-\(number)")
            if exists(path), rename(path, target) != 0 {
                // A folder takes no other file's place.
                reason = errno
                continue
            }
            // The database goes first: SQLite removes a log beside a file that is not there yet.
            for ending in ["-wal", "-shm"] where exists(path + ending) {
                if rename(path + ending, target + ending) == 0 || unlink(path + ending) == 0 { continue }
                guard rename(path + ending, "\(target)-\(getpid())\(ending)") == 0 else {
                    throw StateError(.unopenable, "\(path)\(ending) is damaged and cannot be put aside: \(String(cString: strerror(errno)))")
                }
            }
            return
        }
        throw StateError(.unopenable, "\(path) is damaged and cannot be put aside: \(String(cString: strerror(reason)))")
    }

    private static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }
}

/// The write-ahead log beside a database, looked at before SQLite takes it: one that it does not know it passes over without a word, and what was
/// committed there is lost.
package enum DatabaseLog {
    /// The first four bytes of a log (https://www.sqlite.org/fileformat2.html section 4.1), big-endian.
    private static let magic: Set<UInt32> = [0x377f_0682, 0x377f_0683]

    /// Whether what stands there, if anything does, can be a log.
    package static func isPlausible(of path: String) -> Bool {
        let descriptor = open(path + "-wal", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return true }
        defer { close(descriptor) }
        var word: UInt32 = 0
        guard pread(descriptor, &word, 4, 0) == 4 else { return true }
        // A log whose header a power cut kept from the disk is zero, and nothing in it was acknowledged.
        return word == 0 || magic.contains(UInt32(bigEndian: word))
    }
}
