import Adapters
import CurlTransport
import Delivery
import Digests
import YAMLDocument

/// Everything that a configuration file says, checked: what `serve` runs with and `check` approves.
package struct GatewayConfiguration: Sendable {
    /// The file as the person named it.
    package var file: String
    /// Where scanners reach the gateway from outside, without a slash at the end.
    package var publicURL: String?
    package var listen = ListenSettings()
    package var storage: StorageSettings
    package var limits = LimitSettings()
    package var adapters = AdapterCatalog()
    package var sources: [SourceSettings] = []
    package var sinks: [SinkSettings] = []
    /// A sink that no route names gets every change through a route of its own.
    package var routes: [Route] = []
    package var operators: [OperatorSettings] = []
    /// The SHA-256 of the file, in hex.
    package var digest = ""
    /// Whether it is what the file says; of one that cannot be used only the folders are known.
    package var isWhole: Bool { !digest.isEmpty }
    /// What is doubtful and does not keep the gateway from starting.
    package var warnings: [Issue] = []

    /// Reads `file`; throws everything that is wrong with it, each with its place.
    ///
    /// - Parameter needsSecrets: whether a secret that is not there is an error; otherwise it is left out.
    package static func load(file: String, environment: [String: String], needsSecrets: Bool = true) throws(IssueList) -> GatewayConfiguration {
        switch FilePaths.text(of: FilePaths.absolute(file, in: FilePaths.workingDirectory), limit: YAMLDocument.sizeLimit) {
        case .success(let text): return try parse(text, file: file, environment: environment, needsSecrets: needsSecrets)
        case .failure(let error):
            throw IssueList([
                Issue(
                    file: file, line: 1, column: 1, message: error.message, hint: error.hint ?? "name another with --config FILE; weir init writes a first one")
            ])
        }
    }

    /// Reads `text` as the content of `file`, whose folder is where relative paths start.
    package static func parse(
        _ text: String, file: String, environment: [String: String], needsSecrets: Bool = true
    ) throws(IssueList) -> GatewayConfiguration {
        var issues = IssueCollector(file: file)
        guard let root = YAMLDocument.parse(text, issues: &issues) else { throw issues.list }
        let directory = FilePaths.folder(of: FilePaths.absolute(file, in: FilePaths.workingDirectory))
        var context = SettingsContext(issues: issues, directory: directory, environment: environment, needsSecrets: needsSecrets)
        let configuration = read(root, &context)
        try context.issues.check()
        guard var configuration else { throw context.issues.list }
        configuration.warnings = context.issues.list.warnings
        configuration.digest = SHA256Hash.digest(of: Array(text.utf8)).hex
        return configuration
    }

    private static func read(_ root: YAMLNode, _ context: inout SettingsContext) -> GatewayConfiguration? {
        guard var reader = MappingReader(root, "the configuration", &context.issues) else { return nil }
        let publicURL = reader.take("public-url").flatMap { readPublicURL($0, &context) }
        let listenNode = reader.take("listen")
        let listen = listenNode.map { ListenSettings.read($0, &context) } ?? ListenSettings()
        var configuration = GatewayConfiguration(
            file: context.issues.file, publicURL: publicURL, listen: listen, storage: StorageSettings.read(&reader, &context))
        configuration.limits = LimitSettings.read(&reader, &context)
        configuration.adapters.read(reader.take("adapters"), &context)
        let sourcesNode = reader.take("sources")
        configuration.sources = SourceSettings.read(all: sourcesNode, limits: configuration.limits, &context)
        if isEmpty(sourcesNode) { context.issues.warning(sourcesNode ?? root, "there are no sources, so nothing can be received") }
        let sinksNode = reader.take("sinks")
        let (sinks, sinkNames) = SinkSettings.read(all: sinksNode, &context)
        configuration.sinks = sinks
        if isEmpty(sinksNode) { context.issues.warning(sinksNode ?? root, "there are no sinks, so nothing is delivered") }
        let sourceNames = sourcesNode?.members?.compactMap { $0.key.scalar } ?? []
        configuration.routes = RouteSettings.read(
            all: reader.take("routes"), sinks: isUnknown("sinks", in: root) ? nil : sinkNames, sources: isUnknown("sources", in: root) ? nil : sourceNames,
            &context)
        let routed = Set(configuration.routes.flatMap(\.sinks))
        configuration.routes += sinks.map(\.name).filter { !routed.contains($0) }.map { Route(to: [$0]) }
        let operatorsNode = reader.take("operators")
        configuration.operators = OperatorSettings.read(operatorsNode, &context)
        reader.finish(&context.issues)
        // Operators whose tokens are missing were named, or need not be known.
        if configuration.listen.console != nil, operatorsNode?.members?.isEmpty ?? true, let listenNode {
            context.issues.error(
                listenNode["console"] ?? listenNode, "listen.console needs at least one of 'operators'",
                hint: "operators: { alice: { token: \"env:ALICE_TOKEN\", role: read } }; commands need none, they use the socket in the data folder")
        }
        SourceChecks.run(configuration, sourcesNode, &context)
        CertificateChecks.run(configuration, listenNode, &context)
        PathChecks.run(configuration, root: root, sinksNode: sinksNode, &context)
        return configuration
    }

    /// Whether nothing stands there; what is no mapping is an error of its own.
    private static func isEmpty(_ node: YAMLNode?) -> Bool { node.map { $0.isEmpty || $0.members?.isEmpty == true } ?? true }

    /// Whether what stands under `key` cannot be known: it is no mapping, or there is only one that was meant to be it; both are errors of their own.
    private static func isUnknown(_ key: String, in root: YAMLNode) -> Bool {
        if let node = root[key] { return node.members == nil && !node.isEmpty }
        return (root.members ?? []).contains { $0.key.scalar.flatMap { Spelling.closest(to: $0, in: ["sinks", "sources"]) } == key }
    }

    private static func readPublicURL(_ node: YAMLNode, _ context: inout SettingsContext) -> String? {
        guard let url = URLReader.read(node, "public-url", &context) else { return nil }
        if url.hasQuery { context.issues.error(node, "public-url: the URL has a query (?…)") }
        if "\(url.path)/".contains("/in/") {
            let message = "public-url: /in/SOURCE comes behind it, so that vendors would be given a URL with /in/ in it twice"
            context.issues.warning(node, message, hint: "leave out what begins with /in")
        }
        if url.isPlain { context.issues.warning(node, "public-url: vendors send credentials there in clear text", hint: "use https") }
        let bytes = Array(url.text.utf8)
        return String(decoding: bytes.last == UInt8(ascii: "/") ? bytes.dropLast() : bytes[...], as: UTF8.self)
    }
}
