import Bytes
import Adapters
import JSONDocument
import YAMLDocument

/// One endpoint that a scanner sends to.
package struct SourceSettings: Sendable {
    package var name: String
    package var adapter: String
    /// The scope of event keys and record uids.
    package var account: String
    package var secrets: [LabelledSecret] = []
    /// Absolute paths of the files that `secrets` names, whether they are there or not.
    package var secretFiles: [String] = []
    /// The environment variables that `secrets` names, whether they are set or not.
    package var secretVariables: [String] = []
    package var timezone: String?
    /// Empty: every address.
    package var allow = AddressBlockList([])
    /// How far the signed time may be off; nothing: as the adapter says.
    package var tolerance: Tolerance?
    /// Bytes.
    package var bodyMax: Int
    /// Requests per second.
    package var rate: Int
    package var burst: Int
    package var bytesPerDay: Int64
    /// Milliseconds without an event after which a notice says so; nothing for never.
    package var silentAfter: Int64? = 7 * 86_400_000
    /// What goes beside what the adapter redacts.
    package var redact: [RedactionRule] = []

    /// Up to the largest document that is read.
    static let bodyRange: ClosedRange<Int64> = 1024...Int64(JSONParser.maximumLength)
    static let bytesPerDayRange: ClosedRange<Int64> = 1 << 20...1 << 50
}

extension SourceSettings {
    static func read(all node: YAMLNode?, limits: LimitSettings, _ context: inout SettingsContext) -> [SourceSettings] {
        guard let node else { return [] }
        guard let members = node.members else {
            context.issues.error(node, "sources must be a mapping from names to settings, not \(node.kindName)")
            return []
        }
        return members.compactMap { read($0.key, $0.value, limits: limits, &context) }
    }

    private static func read(_ key: YAMLNode, _ node: YAMLNode, limits: LimitSettings, _ context: inout SettingsContext) -> SourceSettings? {
        let name = key.scalar ?? ""
        let what = "the source '\(name)'"
        if !ConfiguredName.isValid(name) { context.issues.error(key, ConfiguredName.message("source", name)) }
        guard var reader = MappingReader(node, what, &context.issues) else { return nil }
        let adapter = reader.require("adapter", what, &context.issues).flatMap { context.word($0, "adapter") }
        let account = reader.take("account").flatMap { context.word($0, "account") }
        var settings = SourceSettings(
            name: name, adapter: adapter ?? "", account: account ?? name, bodyMax: limits.bodyMax, rate: limits.rate, burst: limits.burst,
            bytesPerDay: limits.bytesPerDay)
        if let secrets = reader.require("secrets", what, &context.issues) {
            settings.secrets = readSecrets(secrets, of: name, &context)
            for item in secrets.items ?? [secrets] {
                switch item.scalar.flatMap({ SecretReference($0) }) {
                case .file(let path): settings.secretFiles.append(context.absolute(path))
                case .environment(let name): settings.secretVariables.append(name)
                case .literal, nil: break
                }
            }
        }
        settings.timezone = reader.take("timezone").flatMap { context.word($0, "timezone") }
        settings.allow = context.blocks(reader.take("allow"), "allow", wide: "it keeps hardly anybody out")
        let tolerance = reader.take("timestamp-tolerance")
        settings.tolerance = context.value(tolerance, "timestamp-tolerance", form: "a duration such as 5m, or none", hint: UnitHint.duration) { Tolerance($0) }
        if let bytes = context.bytes(reader.take("body-max"), "body-max", bodyRange) { settings.bodyMax = Int(bytes) }
        if let rate = context.rate(reader.take("rate"), "rate") { settings.rate = rate }
        if let burst = context.integer(reader.take("burst"), "burst", 1...10_000_000) { settings.burst = burst }
        if let bytes = context.bytes(reader.take("bytes-per-day"), "bytes-per-day", bytesPerDayRange) { settings.bytesPerDay = bytes }
        if let limit = context.value(reader.take("silent-after"), "silent-after", form: "a duration such as 7d, or none", hint: UnitHint.duration, Self.silence)
        {
            settings.silentAfter = limit
        }
        if let node = reader.take("redact") { settings.redact = RedactionRule.compile(list: node, issues: &context.issues) }
        reader.finish(&context.issues)
        return settings
    }

    /// A duration of at least a minute, or nothing inside for `none`.
    private static func silence(_ text: String) -> Int64?? {
        if text == "none" { return .some(nil) }
        guard let milliseconds = DurationText.milliseconds(text), milliseconds >= 60_000 else { return nil }
        return .some(milliseconds)
    }

    /// Why none of the source's secrets is known here, though the gateway may have one; nothing where there is none.
    package var hiddenSecret: String? {
        for file in secretFiles {
            if case .failure(let error) = FilePaths.contents(of: file, limit: 64 << 10), !FilePaths.isAbsent(file) { return error.message }
        }
        return nil
    }

    private static func readSecrets(_ node: YAMLNode, of name: String, _ context: inout SettingsContext) -> [LabelledSecret] {
        let items = context.list(node, "secrets")
        if items.isEmpty, !node.isEmpty { context.issues.error(node, "secrets: the list is empty", hint: "there is no source without authentication") }
        var secrets: [LabelledSecret] = []
        for item in items {
            guard let secret = context.secret(item, "secrets", cure: .source(name)) else { continue }
            if secrets.contains(where: { $0.value == secret.value }) {
                context.issues.warning(item, "secrets: \(secret.label) holds the same secret as another of this source")
            }
            if secret.value.count < 16 {
                context.issues.warning(item, "secrets: \(secret.label) is shorter than 16 bytes, so it can be guessed", hint: "openssl rand -hex 32")
            }
            secrets.append(secret)
        }
        return secrets
    }
}
