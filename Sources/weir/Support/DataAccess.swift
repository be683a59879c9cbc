import CDispatch
import Gateway
import Glibc

/// Whether this user may read what a gateway keeps, which is for its own user alone.
enum DataAccess {
    /// Says whose the files are that this user may not read.
    static func check(_ storage: StorageSettings) throws(CommandFailure) {
        for path in [storage.data, storage.journal, storage.stateFile, storage.ledgerFile] { try check(path) }
    }

    /// The same of one file or folder.
    static func check(_ path: String) throws(CommandFailure) {
        guard !mayRead(path) else { return }
        let owner = owner(of: path).map { "of the user \($0)" } ?? "of another user"
        throw CommandFailure("\(path) is \(owner), and \(SystemUser.name) may not read it", hint: "give the command as the user of the gateway")
    }

    /// Whether nobody forbids it; of what is not there nobody does.
    static func mayRead(_ path: String) -> Bool { access(path, FilePaths.isFolder(path) ? R_OK | X_OK : R_OK) == 0 || errno != EACCES }

    /// For root, whose `path` is when it is somebody else's; nothing otherwise.
    static func otherOwner(of path: String) -> uid_t? {
        var status = stat()
        guard geteuid() == 0, stat(path, &status) == 0, status.st_uid != 0 else { return nil }
        return status.st_uid
    }

    private static func owner(of path: String) -> String? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return SystemUser.name(of: status.st_uid)
    }
}
