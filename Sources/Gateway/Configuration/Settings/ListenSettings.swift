import Bytes
import Adapters
import Ingest
import YAMLDocument

/// The addresses that the gateway listens on.
package struct ListenSettings: Sendable {
    package var ingest = IngestListener(address: ListenAddress(host: "127.0.0.1", port: 8080))
    /// None: only the socket in the data folder.
    package var console: ListenAddress?
}

/// The port that scanners send to.
package struct IngestListener: Equatable, Sendable {
    package var address: ListenAddress
    package var tls: IngestTLS?
    /// Whose X-Forwarded-For is believed.
    package var trustedProxies = AddressBlockList([])
}

extension ListenSettings {
    static func read(_ node: YAMLNode, _ context: inout SettingsContext) -> ListenSettings {
        var settings = ListenSettings()
        guard var reader = MappingReader(node, "listen", &context.issues) else { return settings }
        if let ingest = reader.take("ingest"), let listener = IngestListener.read(ingest, &context) { settings.ingest = listener }
        if let node = reader.take("console"), let address = context.address(node, "listen.console") {
            if !address.isLoopback {
                context.issues.error(
                    node, "listen.console: \(address.text) is reachable from other machines, and the console has no TLS of its own",
                    hint: "listen on 127.0.0.1 and put a TLS proxy in front")
            }
            if settings.ingest.address.takes(address) {
                context.issues.error(
                    node, "listen.console: \(address.text) is where scanners send to (listen.ingest)", hint: "give the console another port")
            }
            settings.console = address
        }
        reader.finish(&context.issues)
        return settings
    }
}

extension IngestListener {
    static func read(_ node: YAMLNode, _ context: inout SettingsContext) -> IngestListener? {
        var listener: IngestListener
        if node.members == nil {
            guard let address = context.address(node, "listen.ingest") else { return nil }
            listener = IngestListener(address: address)
        } else {
            guard var reader = MappingReader(node, "listen.ingest", &context.issues) else { return nil }
            let address = context.address(reader.require("address", "listen.ingest", &context.issues), "listen.ingest.address")
            let tls = reader.take("tls").flatMap { IngestTLS.read($0, &context) }
            let hasTLS = reader.take("tls") != nil
            let proxiesNode = reader.take("trusted-proxies")
            let proxies = context.blocks(
                proxiesNode, "listen.ingest.trusted-proxies", wide: "anybody may say in X-Forwarded-For who they are")
            reader.finish(&context.issues)
            guard let address else { return nil }
            listener = IngestListener(address: address, tls: tls, trustedProxies: proxies)
            // What is wrong inside `tls:` or with a block was said there.
            if hasTLS || proxies.isEmpty && proxiesNode?.items?.isEmpty == false { return listener }
        }
        if !listener.address.isLoopback, listener.trustedProxies.isEmpty {
            context.issues.error(
                node, "listen.ingest: \(listener.address.text) is reachable from other machines, so it needs 'tls' or 'trusted-proxies'",
                hint: "{ address: \(listener.address.text), tls: { certificate: FILE, key: FILE } }")
        }
        return listener
    }
}

extension IngestTLS {
    /// The files, which belong together.
    static func read(_ node: YAMLNode, _ context: inout SettingsContext) -> IngestTLS? {
        guard var reader = MappingReader(node, "tls", &context.issues) else { return nil }
        let certificate = readable(reader.require("certificate", "tls", &context.issues), "tls.certificate", &context)
        let key = readable(reader.require("key", "tls", &context.issues), "tls.key", &context)
        reader.finish(&context.issues)
        guard let certificate, let key else { return nil }
        let tls = IngestTLS(certificate: certificate, key: key)
        do throws(IngestError) { try tls.check() } catch { context.issues.error(node, "tls: \(error.message)") }
        return tls
    }

    private static func readable(_ node: YAMLNode?, _ what: String, _ context: inout SettingsContext) -> String? {
        guard let node, let path = context.path(node, what) else { return nil }
        if case .failure(let error) = FilePaths.contents(of: path, limit: 1 << 20) {
            context.issues.error(node, "\(what): \(error.message)")
            return nil
        }
        if what == "tls.key" { SecretFileChecks.run(path, node, what, &context) }
        return path
    }
}
