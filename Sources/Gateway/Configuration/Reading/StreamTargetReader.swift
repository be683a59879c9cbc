import CurlTransport
import YAMLDocument

/// Reads what a sink over one TCP connection has: `url`, `networks`, `ca`, `certificate`, `key`, `timeout`, `connect-timeout`.
enum StreamTargetReader {
    static func read(_ reader: inout MappingReader, _ what: String, _ context: inout SettingsContext) -> StreamTarget? {
        let node = reader.require("url", what, &context.issues)
        let address = node.flatMap { readAddress($0, &context) }
        let policy = DestinationPolicy(networks: DestinationReader.networks(reader.take("networks"), &context))
        let authorityNode = reader.take("ca")
        let authority = authorityNode.flatMap { DestinationReader.authorityFile($0, &context) }
        let identityNode = reader.take("certificate") ?? reader.take("key")
        let identity = DestinationReader.identity(&reader, what, &context)
        let timeout = context.duration(reader.take("timeout"), "timeout", 1000...600_000)
        let connectTimeout = context.duration(reader.take("connect-timeout"), "connect-timeout", 100...60_000)
        guard let address, let node else { return nil }
        DestinationReader.check(
            host: address.host, isPlain: address.isPlain, node, policy, schemes: (address.isDatagram ? "plain udp" : "plain tcp", "tls"), &context)
        if address.isPlain {
            if let authorityNode { context.issues.error(authorityNode, "ca: a connection without TLS proves nothing", hint: "use tls://") }
            if let identityNode { context.issues.error(identityNode, "certificate: a connection without TLS proves nothing", hint: "use tls://") }
        }
        var target = StreamTarget(address, policy: policy)
        target.certificateAuthorityFile = authority
        target.identity = identity
        if let timeout { target.timeout = .milliseconds(timeout) }
        if let connectTimeout { target.connectTimeout = .milliseconds(connectTimeout) }
        return target
    }

    private static func readAddress(_ node: YAMLNode, _ context: inout SettingsContext) -> StreamAddress? {
        guard let text = context.word(node, "url") else { return nil }
        do throws(TransportError) {
            return try StreamAddress(text)
        } catch {
            context.issues.error(node, "url: \(error.message)", hint: "tls://siem.example.com:6514")
            return nil
        }
    }
}
