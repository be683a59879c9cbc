import Glibc
import Journal

/// Keeps a database's files from everybody but the gateway's user: findings say where somebody can be attacked.
enum PrivateFiles {
    /// What SQLite puts beside the database; it gives new ones the database's own mode (https://www.sqlite.org/src, `findCreateFileMode`).
    private static let endings = ["", "-wal", "-shm"]
    private static let mode: mode_t = 0o600

    /// Throws when something else than a file of the gateway's own stands in the place of the file at `path` or of its side files.
    static func check(path: String) throws(StateError) {
        for file in endings.map({ path + $0 }) {
            do throws(SystemError) { try OwnFile.check(file) } catch {
                // What stands in a derived file's place is put aside like a damaged one.
                throw StateError(error.number == ENOTDIR ? .unopenable : .corrupt, "\(file) cannot be used: \(error.reason)")
            }
        }
    }

    /// Makes the file at `path` with mode 0600 if it is missing, and takes everybody else's rights from it and its side files if they have any.
    ///
    /// No file that is there is opened: closing it again would drop the locks that SQLite holds on it in this process
    /// (https://www.sqlite.org/howtocorrupt.html section 2.2).
    static func prepare(path: String) throws(StateError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
        if descriptor >= 0 {
            close(descriptor)
        } else if errno != EEXIST {
            let error = SystemError("open")
            throw StateError(error.isOutOfSpace ? .diskFull : .unopenable, "\(path) cannot be made: \(error.reason)")
        }
        for file in endings.map({ path + $0 }) {
            var status = stat()
            guard stat(file, &status) == 0, status.st_mode & 0o7777 & ~mode != 0 else { continue }
            guard chmod(file, mode) == 0 else {
                throw StateError(.unopenable, "\(file) can be read by others, and that cannot be changed: \(String(cString: strerror(errno)))")
            }
        }
    }
}
