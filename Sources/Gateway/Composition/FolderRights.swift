import CDispatch
import Glibc

/// Who may put files into a folder of the gateway's.
enum FolderRights {
    /// Throws when somebody else can write in the folder at `path`: what they put there would be taken for the gateway's own.
    ///
    /// A group's right to write does not matter where it is the group of the gateway's user, which usually has one member.
    static func check(_ path: String, _ what: String) throws(GatewayError) {
        var status = stat()
        guard stat(path, &status) == 0 else { return }
        let user = geteuid()
        guard user == 0 || status.st_uid == user || status.st_uid == 0 else {
            throw GatewayError("the \(what) \(path) belongs to another user", hint: "chown it to the gateway's user")
        }
        let others = status.st_mode & S_IWOTH != 0, group = status.st_mode & S_IWGRP != 0 && status.st_gid != getegid()
        guard others || group else { return }
        // A folder that many share, as /tmp is, serves others as it is.
        let hint = status.st_mode & S_ISVTX != 0 ? "give a folder of the gateway's own, such as \(path)/weir" : "chmod go-w \(path)"
        throw GatewayError("\(others ? "everybody" : "a group") can write in the \(what) \(path)", hint: hint)
    }
}
