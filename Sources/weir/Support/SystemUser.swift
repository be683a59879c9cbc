import Glibc

/// Whoever runs the command, for decisions that are kept.
enum SystemUser {
    static var name: String {
        guard let entry = getpwuid(getuid()), let name = entry.pointee.pw_name else { return "uid \(getuid())" }
        return String(cString: name)
    }
}
