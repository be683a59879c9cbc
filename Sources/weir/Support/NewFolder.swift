import CDispatch
import Gateway
import Glibc

/// Makes a folder with files in it, or nothing at all.
///
/// Whatever the umask, nobody but the owner may write them; and what root makes for all to read, the gateway's user may read too.
enum NewFolder {
    /// Makes the folder at `path`, and those above it, and lets `fill` write into it; removes it again when that fails.
    ///
    /// A folder or file that is there already is not touched.
    static func make<T>(_ path: String, shown: String, fill: () throws(CommandFailure) -> T) throws(CommandFailure) -> T {
        try makeParents(of: path)
        guard mkdir(path, 0o755) == 0 else {
            guard errno == EEXIST else { throw failure("make", path) }
            throw CommandFailure("\(shown) is there already", hint: "choose another name, or remove it first")
        }
        if geteuid() == 0 { chmod(path, 0o755) }
        do throws(CommandFailure) {
            return try fill()
        } catch {
            remove(path)
            throw error
        }
    }

    /// Writes a new file, in a folder that is made if it is not there.
    ///
    /// - Parameter mode: of the file, before the umask; a folder that is made for it lets in whoever may read the file.
    static func write(_ text: String, to path: String, mode: mode_t = 0o644) throws(CommandFailure) {
        try makeParents(of: path, mode: mode | (mode & 0o444) >> 2)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw failure("write", path) }
        defer { close(descriptor) }
        if geteuid() == 0 { fchmod(descriptor, mode) }
        // What root writes into somebody's folder for its owner alone is that one's: the gateway could not read it otherwise.
        var folder = stat()
        if mode & 0o077 == 0, geteuid() == 0, stat(FilePaths.folder(of: path), &folder) == 0 { _ = fchown(descriptor, folder.st_uid, folder.st_gid) }
        let bytes = Array(text.utf8)
        guard bytes.withUnsafeBytes({ Glibc.write(descriptor, $0.baseAddress, $0.count) }) == bytes.count else { throw failure("write", path) }
    }

    private static func makeParents(of path: String, mode: mode_t = 0o755) throws(CommandFailure) {
        let parent = FilePaths.folder(of: path)
        guard !FilePaths.isFolder(parent) else { return }
        try makeParents(of: parent)
        guard mkdir(parent, mode) == 0 else {
            guard errno == EEXIST else { throw failure("make", parent) }
            return
        }
        if geteuid() == 0 { chmod(parent, mode) }
    }

    private static func remove(_ path: String) {
        if case .success(let names) = FilePaths.entries(of: path), FilePaths.isFolder(path) {
            for name in names { remove("\(path)/\(name)") }
            rmdir(path)
        } else {
            unlink(path)
        }
    }

    private static func failure(_ verb: String, _ path: String) -> CommandFailure {
        CommandFailure("cannot \(verb) \(path): \(FilePaths.errorText(errno))")
    }
}
