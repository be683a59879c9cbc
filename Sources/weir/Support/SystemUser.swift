import Glibc

/// Users of the system by their names.
enum SystemUser {
    /// Whoever runs the command, for decisions that are kept.
    static var name: String { name(of: getuid()) }

    static func name(of user: uid_t) -> String {
        guard let entry = getpwuid(user), let name = entry.pointee.pw_name else { return "uid \(user)" }
        return String(cString: name)
    }
}
