import CDispatch
import Glibc

/// Whom the gateway's files belong to.
enum FolderOwner {
    /// Has root, who works on somebody else's data folder without a gateway, go on as that user: the gateway could not open what root makes there.
    ///
    /// The process stays that user to its end. Does nothing for anybody else, or where the folder is root's or not there yet.
    static func become(of folder: String) throws(GatewayError) {
        var status = stat()
        guard geteuid() == 0, stat(folder, &status) == 0, status.st_uid != 0 else { return }
        // A user without a name has no groups beside its own.
        if let entry = getpwuid(status.st_uid), let name = entry.pointee.pw_name { initgroups(name, status.st_gid) } else { setgroups(0, nil) }
        guard setgid(status.st_gid) == 0, setuid(status.st_uid) == 0 else {
            throw GatewayError("\(folder) belongs to uid \(status.st_uid), and this process may not become that user: \(FilePaths.errorText(errno))")
        }
    }
}
