/// What to do about a secret that is not where the configuration says: by whose secret it is.
enum SecretCure {
    /// A source's, which a command mints.
    case source(String)
    /// One that Weir and a receiver share, in the form of Standard Webhooks.
    case webhook
    /// An operator's token, which anyone can make up.
    case token
    /// What somebody else gave out: a receiver's token, a password.
    case given

    /// A command for whoever runs the gateway, or why none helps, for the file at `path`.
    func hint(_ path: String, configuration file: String) -> String {
        guard FilePaths.isAbsent(path) else {
            return FilePaths.isFolder(path) ? "name a file in it" : "it must be readable for the gateway's user: chown it to that user"
        }
        let folder = FilePaths.folder(of: path)
        let begin = "umask 077; " + (FilePaths.isFolder(folder) ? "" : "mkdir -p \(ShellWord.quoted(folder)); ")
        let script = { (command: String) in ShellWord.script("\(begin)\(command) > \(ShellWord.quoted(path))", writingIn: folder) }
        switch self {
        case .source(let name): return "weir sources setup \(name) --write" + (file == "weir.yaml" ? "" : " --config \(ShellWord.quoted(file))")
        case .webhook: return script("echo whsec_$(openssl rand -base64 32)") + ", and give the receiver the same"
        case .token: return script("openssl rand -hex 32")
        case .given: return script("cat") + ", then paste what the receiver gave you, and end with Enter and Ctrl-D"
        }
    }

    /// For an environment variable that is not set.
    static func variable(_ name: String) -> String {
        "it must be set for the process that serves (systemd: EnvironmentFile=), and to check as that does see docs/operations.md, systemd-run; or name a file: file:secrets/\(name.lowercased())"
    }
}
