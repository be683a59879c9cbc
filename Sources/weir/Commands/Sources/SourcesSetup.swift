import Adapters
import ArgumentParser
import Console
import Digests
import Gateway
import JSONDocument
import YAMLDocument

/// `weir sources setup NAME`: what to enter at the vendor, with the secret that the gateway takes.
struct SourcesSetup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "setup", abstract: "Prints the URL and the vendor's steps for a source, with its secret.",
        discussion: """
            The secret is the last of the source's secrets that is there. Where none is there yet, a new one is minted and printed, and kept nowhere \
            without --write. Where the vendor makes the secret, the steps say where it goes.
            """)

    @Argument(help: "A source of the configuration.")
    var name: String

    @Flag(help: "Mint a new secret into the first file of the source's secrets that is not there yet, for its owner alone.")
    var write = false

    @OptionGroup var config: ConfigurationOption

    func run() async throws {
        let configuration = try config.load(needsSecrets: false)
        let ahead = FileAhead(configuration)
        guard let source = configuration.sources.first(where: { $0.name == name }) else {
            let names = configuration.sources.map(\.name)
            if Spelling.closest(to: name, in: names) != nil { throw CommandFailure(no: "source", name, known: names) }
            let adapters = configuration.adapters.names
            let adapter = adapters.contains(name) ? name : "ADAPTER"
            throw CommandFailure(
                "there is no source '\(name)'",
                hint: (names.isEmpty ? "" : "known: \(names.joined(separator: ", ")); ")
                    + "to add it: \(name): { adapter: \(adapter), secrets: [ \"file:secrets/\(name)\" ] }"
                    + (adapter == name ? "" : ", where ADAPTER is one of \(adapters.joined(separator: ", "))"))
        }
        guard let adapter = configuration.adapters.adapters[source.adapter] else { throw CommandFailure("the adapter '\(source.adapter)' is not there") }
        let url = "\(configuration.publicURL ?? "https://YOUR-HOST")/in/\(name)"
        let known = await KnownSecret(source.secrets.last, of: source.name, configuration)
        let lines: [String]
        switch adapter.secretMaker {
        case .gateway:
            var unread: [String] = []
            for other in source.secrets.dropLast() {
                if let reason = await KnownSecret(other, of: source.name, configuration)?.refusal { unread.append("Of the others, \(reason).") }
            }
            let (secret, words) = try secret(of: source, adapter.authentication, known, unread: unread, ahead)
            lines = words + Self.credentialSteps(adapter.authentication, url: url, secret: secret)
        case .vendor: lines = try vendorSteps(source, adapter, url: url, known)
        }
        StandardOutput.line("Source \(name): \(adapter.vendor), adapter \(adapter.name), credential \(adapter.authentication.word)")
        StandardOutput.line("")
        for line in lines { StandardOutput.line(SafeText.escaped(line)) }
        if configuration.publicURL == nil { StandardOutput.line("(Set public-url in \(config.file) to see the real host here.)") }
        if let guide = guide(source, configuration) {
            StandardOutput.line("")
            StandardOutput.line(guide.split(separator: "\n", omittingEmptySubsequences: false).map { SafeText.escaped(String($0)) }.joined(separator: "\n"))
        }
    }

    /// The secret to enter at the vendor, and what to say of it.
    private func secret(
        of source: SourceSettings, _ scheme: AuthenticationScheme, _ known: KnownSecret?, unread: [String], _ ahead: FileAhead
    ) throws(CommandFailure) -> (secret: String, lines: [String]) {
        let missing = source.secretFiles.first { FilePaths.isAbsent($0) }
        if write {
            let secret = Base64Text.encodeURLSafe(RandomBytes.secure(32))
            let file = try writeSecret(secret, for: source, scheme)
            return (secret, ["A new secret:  \(secret)", "Written to \(file) (mode 0600); a running gateway has to read it: \(ahead.cure)."])
        }
        if let known {
            // RFC 7617: user name and password are one credential, of which the password is entered.
            let text = known.text
            let secret = if case .basic = scheme { text.dropping(prefix: "weir:") ?? text } else { text }
            let others = source.secrets.count > 1 ? " (the last of the \(source.secrets.count) that \(ahead.file) lists)" : ""
            let rotation = missing.map { "--write mints another into \($0)" } ?? "For a new one list a second file in `secrets:` and give --write"
            return (
                secret,
                [known.words(others) + "  \(secret)"] + known.cure + unread + [rotation + "; the gateway takes both until one is removed."]
            )
        }
        if let reason = source.hiddenSecret {
            throw CommandFailure("the secret of the source '\(name)' is there and cannot be shown: \(reason)", hint: "do it as the user of the gateway")
        }
        let secret = Base64Text.encodeURLSafe(RandomBytes.secure(32))
        let keep = if case .basic = scheme { "weir:\(secret)" } else { secret }
        let place =
            missing.map { "in \($0) (--write does it)" } ?? source.secretVariables.first.map { "into the environment variable \($0) of the gateway" }
            ?? "where `secrets:` of the source points to"
        let kept = "It is kept nowhere yet: put it \(place), or the gateway will refuse what the vendor sends with it."
        let hidden = source.secretVariables.first.map { "(\($0) is not set here; if the gateway has it already, its value is the secret.)" }
        return (secret, ["A new secret:  \(keep)", kept] + [hidden].compactMap(\.self))
    }

    /// Puts the secret where the configuration looks for it; returns the file.
    private func writeSecret(_ secret: String, for source: SourceSettings, _ scheme: AuthenticationScheme) throws(CommandFailure) -> String {
        guard !source.secretFiles.isEmpty else {
            throw CommandFailure("no secret of the source '\(name)' is a file, so there is none to write", hint: "secrets: [ \"file:secrets/\(name)\" ]")
        }
        guard let path = source.secretFiles.first(where: { FilePaths.isAbsent($0) }) else {
            throw CommandFailure(
                "\(source.secretFiles.joined(separator: ", ")): there is a secret already, which is not replaced",
                hint: "list a second file beside it, so that both are taken until the vendor has the new one")
        }
        // RFC 7617: user name and password are one credential.
        let text = if case .basic = scheme { "weir:\(secret)" } else { secret }
        try NewFolder.write(text + "\n", to: path, mode: 0o600)
        return path
    }

    private static func credentialSteps(_ scheme: AuthenticationScheme, url: String, secret: String) -> [String] {
        switch scheme {
        case .hmac(let signature):
            ["URL to enter at the vendor:  \(url)", "Secret to enter as the signing secret; the vendor signs with it in the header \(signature.header)."]
        case .bearer:
            [
                "URL to enter at the vendor:  \(url)", "Token to enter there:  \(secret)",
                "The vendor sends it with each event, as the header  Authorization: Bearer \(secret)",
            ]
        case .basic:
            [
                "URL to enter at the vendor:  \(url)",
                "User name and password to enter there:  weir  and  \(secret)",
            ]
        case .header(let name): ["URL to enter at the vendor:  \(url)", "Header to enter there:  \(name): \(secret)"]
        case .secretURL: ["URL to enter at the vendor, which is the credential:  \(url)/\(secret)"]
        }
    }

    /// What to do where the vendor makes the secret, in the order in which its pages want it.
    private func vendorSteps(_ source: SourceSettings, _ adapter: Adapter, url: String, _ known: KnownSecret?) throws(CommandFailure) -> [String] {
        var lines: [String] = []
        var file = source.secretFiles.first { FilePaths.isAbsent($0) } ?? source.secretFiles.last
        if write {
            let made = try writeSecret(Base64Text.encodeURLSafe(RandomBytes.secure(32)), for: source, adapter.authentication)
            lines += ["\(made): written (mode 0600), with a stand-in with which the gateway starts and weir send \(name) works.", ""]
            file = made
        }
        lines.append("1. URL to enter at the vendor:  \(url)")
        lines += Self.place(file, of: source, "2. \(adapter.vendor) then makes the secret, and shows it there. Put it")
        lines.append("3. Have a running gateway take it in: kill -HUP, or systemctl reload weir (one in the environment: restart it).")
        if case .hmac(let signature) = adapter.authentication { lines.append("The vendor signs with it, in the header \(signature.header).") }
        guard !write else { return lines }
        let others = "While you change it, list a second one in `secrets:`: the gateway takes both."
        if let known {
            return lines + ["", known.words() + "  \(known.text)"] + known.cure
                + ["It has to be the one that \(adapter.vendor) shows. \(others)"]
        }
        let hidden = source.hiddenSecret.map { ", or none that can be shown: \($0)" } ?? "."
        return lines + ["", "There is no secret for it yet that this command can read\(hidden)"]
    }

    /// Where the vendor's secret goes, behind `words`.
    private static func place(_ file: String?, of source: SourceSettings, _ words: String) -> [String] {
        if let file {
            let command = ShellWord.script("umask 077; cat > \(ShellWord.quoted(file))", writingIn: FilePaths.folder(of: file))
            return ["\(words) into \(file):", "     \(command)", "   then paste it, and end with Enter and Ctrl-D."]
        }
        return [source.secretVariables.first.map { "\(words) into the environment variable \($0) of the gateway." } ?? "\(words) where `secrets:` points to."]
    }

    /// The adapter's README: the vendor's own steps.
    private func guide(_ source: SourceSettings, _ configuration: GatewayConfiguration) -> String? {
        guard let origin = configuration.adapters.origins[source.adapter] else { return nil }
        if origin == AdapterCatalog.builtInOrigin { return EmbeddedAdapters.guides.first { $0.name == source.adapter }?.text }
        guard case .success(let bytes) = FilePaths.contents(of: FilePaths.folder(of: origin) + "/README.md", limit: 1 << 20) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}
