import Bytes
import CurlTransport
import Sinks
import YAMLDocument

/// Reads what every sink over HTTP has: `url`, `networks`, `ca`, `timeout`, `connect-timeout`, `answer-max`.
enum DestinationReader {
    static func read(_ reader: inout MappingReader, _ what: String, _ context: inout SettingsContext) -> Destination? {
        let node = reader.require("url", what, &context.issues)
        return read(&reader, &context, node, node.flatMap { URLReader.read($0, "url", &context) })
    }

    /// As `read`, for a system whose requests go to paths behind the URL's own.
    ///
    /// - Parameter api: What these paths begin with.
    static func readSystem(_ reader: inout MappingReader, _ what: String, api: String, _ context: inout SettingsContext) -> Destination? {
        let node = reader.require("url", what, &context.issues)
        let url = node.flatMap { URLReader.read($0, "url", &context) }
        if let node, let url {
            if url.hasQuery { context.issues.error(node, "url: no query (?…) can stand here: requests go to paths behind the URL", hint: "leave it out") }
            if "\(url.path)/".contains("\(api)/") {
                context.issues.error(
                    node, "url: '\(api)' and what follows it come behind the URL by themselves", hint: "leave them out: the URL ends before them")
            }
        }
        return read(&reader, &context, node, url)
    }

    /// As `read`, for a URL that is itself a secret: a reference stands in its place.
    static func readSecret(_ reader: inout MappingReader, _ what: String, _ context: inout SettingsContext) -> Destination? {
        let node = reader.require("url", what, &context.issues)
        return read(&reader, &context, node, node.flatMap { URLReader.readSecret($0, "url", &context) })
    }

    private static func read(_ reader: inout MappingReader, _ context: inout SettingsContext, _ urlNode: YAMLNode?, _ url: OutboundURL?) -> Destination? {
        let policy = DestinationPolicy(networks: networks(reader.take("networks"), &context))
        let authority = reader.take("ca").flatMap { authorityFile($0, &context) }
        let timeout = context.duration(reader.take("timeout"), "timeout", 1000...600_000)
        let connectTimeout = context.duration(reader.take("connect-timeout"), "connect-timeout", 100...60_000)
        let answerMax = context.bytes(reader.take("answer-max"), "answer-max", 256...1 << 20)
        guard let url, let urlNode else { return nil }
        check(host: url.host, isPlain: url.isPlain, urlNode, policy, &context)
        var destination = Destination(url: url, policy: policy)
        destination.certificateAuthorityFile = authority
        if let timeout { destination.timeout = .milliseconds(timeout) }
        if let connectTimeout { destination.connectTimeout = .milliseconds(connectTimeout) }
        if let answerMax { destination.answerBytes = Int(answerMax) }
        return destination
    }

    /// The addresses that a sink may be reached at beyond the public Internet; an empty list is as none.
    static func networks(_ node: YAMLNode?, _ context: inout SettingsContext) -> AddressBlockList {
        if let node, let items = node.items, items.isEmpty { return AddressBlockList([]) }
        let blocks = context.blocks(node, "networks", wide: "what the name leads to is not checked, and may be asked without TLS")
        for block in blocks.blocks {
            guard let node, let addressClass = AddressClass.alwaysRefused(block) else { continue }
            context.issues.warning(node, "networks: \(block) holds \(addressClass.rawValue) addresses only, which are never allowed")
        }
        return blocks
    }

    /// What can be told without looking the host up; the rest is checked when the connection is made.
    static func check(
        host: String, isPlain: Bool, _ node: YAMLNode, _ policy: DestinationPolicy, schemes: (plain: String, secure: String) = ("plain http", "https"),
        what: String = "url", _ context: inout SettingsContext
    ) {
        let hint = { (network: String) in "list the receiver's network: networks: [ \(network) ]" }
        let name = host.utf8.first == UInt8(ascii: "[") ? String(host.dropFirst().dropLast()) : host
        if let address = IPAddress(name) {
            if case .refused(let reason) = policy.decide(address, plain: isPlain) {
                context.issues.error(node, "\(what): \(reason)", hint: DestinationPolicy.mayAllow(address) ? hint(Self.network(address)) : nil)
            }
        } else if isPlain, policy.networks.isEmpty {
            context.issues.error(
                node, "\(what): \(schemes.plain) is sent only to addresses in the sink's 'networks'", hint: "use \(schemes.secure), or \(hint("127.0.0.0/8"))")
        }
    }

    /// What of `networks:` would hold the address, as YAML.
    private static func network(_ address: IPAddress) -> String {
        if AddressClass(address) == .loopback, address.isIPv4 { return "127.0.0.0/8" }
        return address.isIPv4 ? "\(address)" : "\"\(address)\""
    }

    /// The certificates of `ca`, by which a receiver is known.
    static func authorityFile(_ node: YAMLNode, _ context: inout SettingsContext) -> String? {
        guard let path = readableFile(node, "ca", &context) else { return nil }
        return CertificateChecks.facts(of: path, node, "ca", &context) == nil ? nil : path
    }

    /// The path of a PEM file, with an error when it cannot be read.
    static func readableFile(_ node: YAMLNode, _ what: String, _ context: inout SettingsContext) -> String? {
        guard let path = context.path(node, what) else { return nil }
        switch FilePaths.contents(of: path, limit: 1 << 20) {
        case .success: return path
        case .failure(let error):
            context.issues.error(node, "\(what): \(error.message)")
            return nil
        }
    }

    /// `certificate` and `key`: PEM files that belong together.
    static func identity(_ reader: inout MappingReader, _ what: String, _ context: inout SettingsContext) -> ClientIdentity? {
        let certificateNode = reader.take("certificate")
        let keyNode = reader.take("key")
        if let node = certificateNode ?? keyNode, (certificateNode == nil) != (keyNode == nil) {
            context.issues.error(node, "\(what): 'certificate' and 'key' belong together")
        }
        let certificate = certificateNode.flatMap { readableFile($0, "certificate", &context) }
        let key = keyNode.flatMap { readableFile($0, "key", &context) }
        guard let certificate, let key else { return nil }
        if let certificateNode { CertificateChecks.run(client: certificate, certificateNode, "certificate", &context) }
        if let keyNode {
            CertificateChecks.run(key: key, keyNode, "key", &context)
            SecretFileChecks.run(key, keyNode, "key", &context)
        }
        return ClientIdentity(certificateFile: certificate, keyFile: key)
    }
}
