import Console
import Gateway
import JSONDocument
import Journal
import YAMLDocument

/// What stands in the configuration file, and the running gateway, which has not read it since, does not know.
struct FileAhead {
    private let configuration: GatewayConfiguration

    init(_ configuration: GatewayConfiguration) { self.configuration = configuration }

    /// The file as the person named it.
    var file: String { configuration.file }

    /// What to do where the gateway does not know `thing`; nothing where the file, as far as it can be read, does not name it either.
    func hint(_ thing: ConfiguredThing) -> String? {
        guard names(thing.kind).contains(thing.name) else { return nil }
        return "\(configuration.file) names it, and the running gateway has not read that yet: \(cure)"
    }

    /// What to do where the gateway does not know what an answer's error names.
    func hint(_ error: JSONValue) -> String? {
        for kind in ConfiguredThing.Kind.allCases {
            guard let name = error["missing"]?[kind.rawValue]?.stringValue else { continue }
            return hint(ConfiguredThing(kind, name)) ?? Spelling.hint(name, known: names(kind))
        }
        return nil
    }

    /// Says on standard error which of a kind the file names beside those that the gateway knows.
    func warn(_ kind: ConfiguredThing.Kind, besides known: [String]) {
        let names = names(kind).filter { !known.contains($0) }
        guard !names.isEmpty else { return }
        let list = names.map { "'\($0)'" }.joined(separator: ", ")
        StandardError.line(
            SafeText.escaped(
                "weir: \(configuration.file) names the \(kind.rawValue)\(names.count == 1 ? "" : "s") \(list), not read by the running gateway yet: \(cure)"))
    }

    /// What to do where the running gateway makes records by other adapters or sources than the files name now; nothing where by the same.
    ///
    /// - Parameter status: What it answers about itself.
    func mappingCure(_ status: JSONValue) -> String? {
        guard let digest = status["mapping_sha256"]?.stringValue, digest != configuration.mappingDigest else { return nil }
        return "\(cure); after an upgrade, a restart does"
    }

    private func names(_ kind: ConfiguredThing.Kind) -> [String] {
        switch kind {
        case .source: configuration.sources.map(\.name)
        case .sink: configuration.sinks.map(\.name)
        }
    }

    /// What has the running gateway read the file again.
    var cure: String {
        let process = DataDirectoryLock.holderProcess(of: configuration.storage.data).map { "kill -HUP \($0)" } ?? "SIGHUP"
        return "\(process), or systemctl reload weir, takes it in"
    }
}
