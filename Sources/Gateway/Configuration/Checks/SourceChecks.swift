import Adapters
import YAMLDocument

/// What only source and adapter together can get wrong.
enum SourceChecks {
    static func run(_ configuration: GatewayConfiguration, _ sourcesNode: YAMLNode?, _ context: inout SettingsContext) {
        for source in configuration.sources {
            guard let node = sourcesNode?[source.name] else { continue }
            if let zone = source.timezone, TimeZoneRules(identifier: zone) == nil, let zoneNode = node["timezone"] {
                context.issues.error(zoneNode, "timezone: there is no zone '\(zone)'", hint: "names of the IANA database, such as Europe/Stockholm")
            }
            guard let adapterNode = node["adapter"], !source.adapter.isEmpty else { continue }
            guard let adapter = configuration.adapters.adapters[source.adapter] else {
                if !configuration.adapters.lacksFolder, !configuration.adapters.broken.contains(source.adapter) {
                    context.issues.unknownWord(adapterNode, what: "adapter", known: configuration.adapters.names)
                }
                continue
            }
            check(source, adapter, node, &context)
        }
        checkAccounts(configuration, sourcesNode, &context)
        checkSharedSecrets(configuration, sourcesNode, &context)
    }

    /// Whoever has the secret of one source can then speak as the other.
    private static func checkSharedSecrets(_ configuration: GatewayConfiguration, _ sourcesNode: YAMLNode?, _ context: inout SettingsContext) {
        for (index, source) in configuration.sources.enumerated() {
            for secret in source.secrets {
                guard let other = configuration.sources[..<index].first(where: { $0.secrets.contains { $0.value == secret.value } }),
                    let node = sourcesNode?[source.name]?["secrets"]
                else { continue }
                context.issues.warning(
                    node, "secrets: \(secret.label) holds the same secret as the source '\(other.name)', so each can send as the other",
                    hint: "name a file of its own: weir sources setup \(source.name) --write makes it")
            }
        }
    }

    private static func check(_ source: SourceSettings, _ adapter: Adapter, _ node: YAMLNode, _ context: inout SettingsContext) {
        if let secretsNode = node["secrets"] {
            for secret in source.secrets {
                guard let problem = adapter.authentication.problem(withSecret: secret.value) else { continue }
                context.issues.error(secretsNode, "secrets: \(secret.label) \(problem)")
            }
        }
        if !source.redact.isEmpty, !Redactor.fits(adapter.redaction, extra: source.redact), let redactNode = node["redact"] {
            context.issues.error(redactNode, "redact: more places than a plan can hold, with those of the adapter '\(source.adapter)'")
        }
        if source.tolerance != nil, !adapter.authentication.signsTime, let toleranceNode = node["timestamp-tolerance"] {
            context.issues.warning(toleranceNode, "timestamp-tolerance has no effect: \(source.adapter) signs no time")
        }
    }

    /// An account stands in every uid's digest.
    private static func checkAccounts(_ configuration: GatewayConfiguration, _ sourcesNode: YAMLNode?, _ context: inout SettingsContext) {
        for source in configuration.sources {
            guard let node = sourcesNode?[source.name]?["account"] else { continue }
            if source.account.utf8.count > 256 { context.issues.error(node, "account: longer than 256 bytes") }
        }
    }
}
