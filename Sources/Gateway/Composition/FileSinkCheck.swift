import Glibc
import Sinks

/// Whether a file sink could write, found out by looking.
enum FileSinkCheck {
    /// Why this user could not, and what to do; nothing where it could, or where a start makes the folder.
    ///
    /// - Parameter data: the data folder, which a start makes.
    static func problem(_ options: FileSinkOptions, data: String) -> GatewayError? {
        let path = options.path, folder = FilePaths.folder(of: path)
        // One that is not there has been named, or is made.
        guard FilePaths.exists(folder) || !FilePaths.isAbsent(folder) else { return nil }
        let chown = folder == data ? "it must belong to the gateway's user" : "chown \(ShellWord.quoted(folder)) to the gateway's user, or name another path"
        let hint = PathChecks.hint(below: path, instead: "path: \(data.hasPrefix("/etc/") ? "/var/lib/weir" : data)/changes.ndjson") ?? chown
        guard access(path, F_OK) != 0 || access(path, R_OK | W_OK) == 0 else {
            return GatewayError("cannot write \(path): \(FilePaths.errorText(errno))", hint: "chown it to the gateway's user")
        }
        let numbered = options.rotateBytes == nil ? [] : (1...max(1, options.keep)).map { "\(path).\($0)" }
        if let foreign = ([path] + numbered).first(where: ChangeLines.isSomethingElse(at:)) {
            let hint = "give another path, or move the file away"
            return GatewayError("\(foreign) is there already and holds something else than changes: it is not touched", hint: hint)
        }
        // A file that is there is appended to; a new one, and one that is numbered, is a matter of the folder.
        let needsFolder = !FilePaths.exists(path) || options.rotateBytes != nil
        guard !needsFolder || access(folder, W_OK | X_OK) == 0 else {
            return GatewayError("cannot write in \(folder): \(FilePaths.errorText(errno))", hint: hint)
        }
        return nil
    }
}
