import Digests
import JSONDocument
import YAMLDocument

/// All that the projection of receipts depends on beside the receipts: what a `config` entry of the journal holds.
package struct ProjectionConfiguration: Equatable, Sendable {
    /// A manifest as it was when the configuration came into force.
    package struct Manifest: Equatable, Sendable {
        package var name: String
        package var yaml: String

        package init(name: String, yaml: String) {
            self.name = name
            self.yaml = yaml
        }
    }

    /// What a source's settings add to its adapter.
    package struct Source: Equatable, Sendable {
        package var name: String
        /// The name of a manifest.
        package var adapter: String
        /// The scope of event keys and record uids.
        package var account: String
        package var timezone: String?
        package var redact: [RedactionRule]

        package init(name: String, adapter: String, account: String, timezone: String? = nil, redact: [RedactionRule] = []) {
            self.name = name
            self.adapter = adapter
            self.account = account
            self.timezone = timezone
            self.redact = redact
        }
    }

    /// The number of the rules by which this version makes changes of events: raised whenever code makes others of the same entries.
    ///
    /// Since 5, a finding's labels, the time of its fix and the words about its status are told when they differ.
    package static let presentRules = 5

    /// The number of the projection's own rules that were in force; 1 in an entry that does not say.
    package let rules: Int
    /// In the order of their names.
    package let manifests: [Manifest]
    /// In the order of their names.
    package let sources: [Source]

    /// The order of the arguments' elements does not matter.
    package init(manifests: [Manifest], sources: [Source], rules: Int = presentRules) {
        self.rules = rules
        self.manifests = manifests.sorted { $0.name < $1.name }
        self.sources = sources.sorted { $0.name < $1.name }
    }

    /// The configuration of `sources`, with the manifests that they use.
    package init(sources: [Source], adapters: [Adapter]) {
        let used = Set(sources.map(\.adapter))
        self.init(manifests: adapters.filter { used.contains($0.name) }.map { Manifest(name: $0.name, yaml: $0.manifest) }, sources: sources)
    }

    /// The plan of each source, by its name, and what keeps a source from having one.
    package struct Plans: Sendable {
        package var plans: [String: SourcePlan]
        package var issues: [Issue]
    }

    /// Compiles every manifest, and gives each source its plan.
    package func compile() -> Plans {
        var result = Plans(plans: [:], issues: [])
        var adapters: [String: Adapter] = [:]
        for manifest in manifests {
            switch Adapter.compile(name: manifest.name, yaml: manifest.yaml, file: "adapters/\(manifest.name)/adapter.yaml") {
            case .success(let adapter): adapters[manifest.name] = adapter
            case .failure(let list): result.issues += list.issues
            }
        }
        for source in sources {
            if let adapter = adapters[source.adapter],
                let plan = SourcePlan(adapter: adapter, account: source.account, timezone: source.timezone, redact: source.redact)
            {
                result.plans[source.name] = plan
            } else {
                let message = adapters[source.adapter] == nil ? "no adapter '\(source.adapter)'" : "no time zone '\(source.timezone ?? "")'"
                result.issues.append(Issue(file: "source \(source.name)", line: 1, column: 1, message: "there is \(message)"))
            }
        }
        return result
    }
}
