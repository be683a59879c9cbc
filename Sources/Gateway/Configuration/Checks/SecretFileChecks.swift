import CDispatch
import Glibc
import YAMLDocument

/// Whether a file with a secret is one for the gateway's user alone.
enum SecretFileChecks {
    /// Adds a warning when others on this machine may read, or replace, what stands in `path`.
    static func run(_ path: String, _ node: YAMLNode, _ what: String, _ context: inout SettingsContext) {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & 0o077 != 0, status.st_mode & S_IFMT == S_IFREG else { return }
        let mode = String(status.st_mode & 0o777, radix: 8)
        context.issues.warning(node, "\(what): others can read \(path) (mode 0\(mode))", hint: "chmod 600 \(path)")
    }
}
