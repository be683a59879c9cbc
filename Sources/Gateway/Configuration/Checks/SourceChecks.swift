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
                if !configuration.adapters.broken.contains(source.adapter) {
                    context.issues.unknownWord(adapterNode, what: "adapter", known: configuration.adapters.names)
                }
                continue
            }
            check(source, adapter, node, &context)
        }
        checkAccounts(configuration, sourcesNode, &context)
    }

    /// A secret in a URL reaches the vendor's screens and proxies' logs, so it has rules of its own.
    private static func check(_ source: SourceSettings, _ adapter: Adapter, _ node: YAMLNode, _ context: inout SettingsContext) {
        guard adapter.authentication.isSecretURL, let secretsNode = node["secrets"] else { return }
        for secret in source.secrets where !secret.value.allSatisfy(isPathByte) {
            context.issues.error(
                secretsNode, "secrets: \(secret.label) holds a character that the path of a URL cannot", hint: "use letters, digits, '-', '.', '_' and '~'")
        }
    }

    /// RFC 3986 section 2.3: unreserved characters.
    private static func isPathByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "-._~".utf8.contains(byte)
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
