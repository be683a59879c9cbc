import Digests
import JSONDocument

/// Why bytes are no projection configuration.
package struct ProjectionConfigurationError: Error, Equatable, Sendable {
    package enum Code: String, Sendable {
        /// Not JSON of the expected form.
        case malformed
        /// A manifest's digest is not that of its text.
        case digest
    }

    package let code: Code
    package let message: String

    package init(code: Code, message: String) {
        self.code = code
        self.message = message
    }
}

extension ProjectionConfiguration {
    /// Canonical JSON: equal configurations give equal bytes.
    package func encode() -> [UInt8] {
        var writer = JSONWriter(capacity: 4096)
        writer.beginObject()
        writer.key("adapters")
        writer.beginArray()
        for manifest in manifests {
            writer.beginObject()
            writer.key("name")
            writer.string(manifest.name)
            writer.key("sha256")
            writer.string(Self.digest(of: manifest.yaml))
            writer.key("yaml")
            writer.string(manifest.yaml)
            writer.endObject()
        }
        writer.endArray()
        writer.key("rules")
        writer.integer(Int64(rules))
        writer.key("sources")
        writer.beginArray()
        for source in sources { Self.write(source, to: &writer) }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    private static func write(_ source: Source, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("name")
        writer.string(source.name)
        writer.key("adapter")
        writer.string(source.adapter)
        writer.key("account")
        writer.string(source.account)
        if let timezone = source.timezone {
            writer.key("timezone")
            writer.string(timezone)
        }
        if !source.redact.isEmpty {
            writer.key("redact")
            JSONValue.array(source.redact.map(\.json)).write(to: &writer)
        }
        writer.endObject()
    }

    /// The configuration that `encode` wrote as `bytes`.
    package static func decode(_ bytes: [UInt8]) throws(ProjectionConfigurationError) -> ProjectionConfiguration {
        guard let value = try? JSONValue(parsing: bytes), let adapters = value["adapters"]?.arrayValue, let sources = value["sources"]?.arrayValue else {
            throw ProjectionConfigurationError(code: .malformed, message: "not JSON with adapters and sources")
        }
        var manifests: [Manifest] = []
        for adapter in adapters { manifests.append(try manifest(adapter)) }
        var decoded: [Source] = []
        for item in sources { decoded.append(try source(item)) }
        return ProjectionConfiguration(manifests: manifests, sources: decoded, rules: rules(of: value))
    }

    /// The rules that the body of a `config` entry names; nothing for what is no JSON.
    package static func rules(in bytes: [UInt8]) -> Int? { (try? JSONValue(parsing: bytes)).map { rules(of: $0) } }

    private static func rules(of value: JSONValue) -> Int { Int(clamping: value["rules"]?.integerValue ?? 1) }

    private static func manifest(_ value: JSONValue) throws(ProjectionConfigurationError) -> Manifest {
        guard let name = value["name"]?.stringValue, let yaml = value["yaml"]?.stringValue, let sha256 = value["sha256"]?.stringValue else {
            throw ProjectionConfigurationError(code: .malformed, message: "an adapter without name, text or digest")
        }
        guard digest(of: yaml) == sha256 else {
            throw ProjectionConfigurationError(code: .digest, message: "the digest of the adapter '\(name)' is not that of its text")
        }
        return Manifest(name: name, yaml: yaml)
    }

    private static func source(_ value: JSONValue) throws(ProjectionConfigurationError) -> Source {
        guard let name = value["name"]?.stringValue, let adapter = value["adapter"]?.stringValue, let account = value["account"]?.stringValue else {
            throw ProjectionConfigurationError(code: .malformed, message: "a source without name, adapter or account")
        }
        var source = Source(name: name, adapter: adapter, account: account, timezone: value["timezone"]?.stringValue)
        for rule in value["redact"]?.arrayValue ?? [] {
            guard let rule = RedactionRule(json: rule) else {
                throw ProjectionConfigurationError(code: .malformed, message: "the source '\(name)' has a redaction rule of an unknown form")
            }
            source.redact.append(rule)
        }
        return source
    }

    private static func digest(of text: String) -> String { SHA256Hash.digest(of: Array(text.utf8)).hex }
}
