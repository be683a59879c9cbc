import Digests
import JSONDocument
import YAMLDocument

/// A vendor's manifest, compiled: how its events are authenticated, cleaned of credentials, and mapped.
package struct Adapter: Sendable {
    /// The folder's name; part of every record's identity.
    package let name: String
    /// The scanner's maker, as records name it.
    package let vendor: String
    /// The manifest's text.
    package let manifest: String
    /// Digest of `manifest`.
    package let sha256: SHA256Digest
    package let authentication: AuthenticationScheme
    package let secretMaker: SecretMaker
    package let redaction: RedactionRules
    /// Whether the event's key and kind, which together say which event it is, are read from the body alone, so that equal bodies are equal events.
    package let keyIsFromBody: Bool
    /// What is doubtful about the manifest.
    package let warnings: [Issue]
    /// Headers that events are read from, in lower case.
    private let eventHeaders: [String]
    let plan: AdapterPlan

    /// Headers to keep with a receipt, in lower case: those that events are read from and those that a signature covers; never a credential.
    package var keepsHeaders: [String] {
        let credentials = authentication.credentialHeaders
        let names = eventHeaders + authentication.signedHeaders.filter { !eventHeaders.contains($0) }
        return names.filter { !credentials.contains($0) }
    }

    /// The adapter that `yaml` describes, or everything that is wrong with it.
    ///
    /// - Parameters:
    ///   - name: the name of the manifest's folder.
    ///   - file: the manifest's path, for messages.
    package static func compile(name: String, yaml: String, file: String) -> Result<Adapter, IssueList> {
        var issues = IssueCollector(file: file)
        guard let root = YAMLDocument.parse(yaml, issues: &issues), let manifest = ManifestCompiler.manifest(root, name: name, issues: &issues) else {
            return .failure(issues.list)
        }
        return .success(Adapter(name: name, yaml: yaml, manifest: manifest, warnings: issues.list.warnings))
    }

    /// The adapters that were embedded when the program was built, in the order of their names.
    package static let builtIn: [Adapter] = EmbeddedAdapters.manifests.compactMap { manifest in
        try? compile(name: manifest.name, yaml: manifest.yaml, file: "adapters/\(manifest.name)/adapter.yaml").get()
    }

    private init(name: String, yaml: String, manifest: ManifestCompiler.Manifest, warnings: [Issue]) {
        self.name = name
        vendor = manifest.plan.vendor
        self.manifest = yaml
        sha256 = SHA256Hash.digest(of: Array(yaml.utf8))
        authentication = manifest.authentication
        secretMaker = manifest.secretMaker
        redaction = manifest.redaction
        keyIsFromBody = manifest.keyIsFromBody
        self.warnings = warnings
        eventHeaders = manifest.headers
        plan = manifest.plan
    }
}
