import Adapters
import YAMLDocument

/// The addresses that the gateway listens on.
package struct ListenSettings: Sendable {
    package var ingest = IngestListener(address: ListenAddress(host: "127.0.0.1", port: 8080))
    /// None: only the socket in the data folder.
    package var console: ListenAddress?
}

/// The port that scanners send to.
package struct IngestListener: Sendable {
    package var address: ListenAddress
    package var tls: TLSFiles?
    /// Whose X-Forwarded-For is believed.
    package var trustedProxies = AddressBlockList([])
}

/// PEM files, by absolute path.
package struct TLSFiles: Equatable, Sendable {
    package var certificate: String
    package var key: String
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
            let tls = reader.take("tls").flatMap { TLSFiles.read($0, &context) }
            let hasTLS = reader.take("tls") != nil
            let proxies = context.blocks(reader.take("trusted-proxies"), "listen.ingest.trusted-proxies")
            reader.finish(&context.issues)
            guard let address else { return nil }
            listener = IngestListener(address: address, tls: tls, trustedProxies: proxies)
            // What is wrong inside `tls:` was said there.
            if hasTLS { return listener }
        }
        if !listener.address.isLoopback, listener.trustedProxies.isEmpty {
            context.issues.error(
                node, "listen.ingest: \(listener.address.text) is reachable from other machines, so it needs 'tls' or 'trusted-proxies'",
                hint: "{ address: \(listener.address.text), tls: { certificate: FILE, key: FILE } }")
        }
        return listener
    }
}

extension TLSFiles {
    static func read(_ node: YAMLNode, _ context: inout SettingsContext) -> TLSFiles? {
        guard var reader = MappingReader(node, "tls", &context.issues) else { return nil }
        let certificate = pem(reader.require("certificate", "tls", &context.issues), "tls.certificate", marker: "CERTIFICATE-----", &context)
        let key = pem(reader.require("key", "tls", &context.issues), "tls.key", marker: "PRIVATE KEY-----", &context)
        reader.finish(&context.issues)
        guard let certificate, let key else { return nil }
        return TLSFiles(certificate: certificate, key: key)
    }

    private static func pem(_ node: YAMLNode?, _ what: String, marker: String, _ context: inout SettingsContext) -> String? {
        guard let node, let path = context.path(node, what) else { return nil }
        switch FilePaths.contents(of: path, limit: 1 << 20) {
        case .failure(let error):
            context.issues.error(node, "\(what): \(error.message)")
            return nil
        case .success(let bytes):
            guard String(decoding: bytes, as: UTF8.self).contains(marker) else {
                context.issues.error(node, "\(what): \(path) is not a PEM file with a '\(marker.dropLast(5))'")
                return nil
            }
            return path
        }
    }
}
