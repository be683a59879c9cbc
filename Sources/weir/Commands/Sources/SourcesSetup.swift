import Adapters
import ArgumentParser
import Digests
import Gateway

/// `weir sources setup NAME`: a new secret, and what to enter at the vendor.
struct SourcesSetup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "setup", abstract: "Mints a secret for a source and prints the URL and the vendor's steps; writes nothing without --write.")

    @Argument(help: "A source of the configuration.")
    var name: String

    @Flag(help: "Write the secret into the first file of the source's secrets that is not there yet, for its owner alone.")
    var write = false

    @OptionGroup var config: ConfigurationOption

    func run() throws {
        let configuration = try config.load(needsSecrets: false)
        guard let source = configuration.sources.first(where: { $0.name == name }) else {
            throw CommandFailure(
                "there is no source '\(name)'",
                hint: "add it first: \(name): { adapter: \(configuration.adapters.names.first ?? "ADAPTER"), secrets: [ \"file:secrets/\(name)\" ] }")
        }
        guard let adapter = configuration.adapters.adapters[source.adapter] else { throw CommandFailure("the adapter '\(source.adapter)' is not there") }
        let secret = Base64Text.encodeURLSafe(RandomBytes.secure(32))
        let file = write ? try writeSecret(secret, for: source, adapter.authentication) : nil
        let base = configuration.publicURL ?? "https://YOUR-HOST"
        StandardOutput.line("Source \(name): \(adapter.vendor), adapter \(adapter.name), credential \(adapter.authentication.word)")
        StandardOutput.line("")
        StandardOutput.line("A new secret:  \(secret)")
        if let file {
            StandardOutput.line("Written to \(file) (mode 0600); a running gateway takes it with SIGHUP.")
        } else {
            StandardOutput.line("Keep it where `secrets:` of the source points to (--write does); while an old one is in use, list both.")
        }
        for line in Self.credentialSteps(adapter.authentication, url: "\(base)/in/\(name)", secret: secret) { StandardOutput.line(line) }
        if configuration.publicURL == nil { StandardOutput.line("(Set public-url in \(config.file) to see the real host here.)") }
        if let guide = guide(source, configuration) {
            StandardOutput.line("")
            StandardOutput.line(guide.split(separator: "\n", omittingEmptySubsequences: false).map { SafeText.escaped(String($0)) }.joined(separator: "\n"))
        }
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
        case .bearer: ["URL to enter at the vendor:  \(url)", "Header to enter there:  Authorization: Bearer \(secret)"]
        case .basic:
            [
                "URL to enter at the vendor:  \(url)",
                "User name and password to enter there:  weir  and the secret; keep \"weir:\(secret)\" as the source's secret.",
            ]
        case .header(let name): ["URL to enter at the vendor:  \(url)", "Header to enter there:  \(name): \(secret)"]
        case .secretURL: ["URL to enter at the vendor, which is the credential:  \(url)/\(secret)"]
        }
    }

    /// The adapter's README: the vendor's own steps.
    private func guide(_ source: SourceSettings, _ configuration: GatewayConfiguration) -> String? {
        guard let origin = configuration.adapters.origins[source.adapter] else { return nil }
        if origin == AdapterCatalog.builtInOrigin { return EmbeddedAdapters.guides.first { $0.name == source.adapter }?.text }
        guard case .success(let bytes) = FilePaths.contents(of: FilePaths.folder(of: origin) + "/README.md", limit: 1 << 20) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}
