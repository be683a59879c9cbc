import YAMLDocument

/// An HTTP receiver of CloudEvents, signed as Standard Webhooks says (https://www.standardwebhooks.com).
package struct WebhookSinkSettings: Sendable {
    package var url: WebURL
    /// The `whsec_` text; nothing: requests are not signed.
    package var secret: Secret?
    /// Networks that the address may be in although they are private, or although the URL is plain http.
    package var networks: [AddressBlock] = []
    /// Changes in one request.
    package var batch = 1
    /// PEM file with the only authority that is trusted, absolute.
    package var authority: String?
    /// Milliseconds.
    package var timeout: Int64 = 30_000
    /// Milliseconds.
    package var connectTimeout: Int64 = 5_000
    /// Bytes of an answer that are read and kept.
    package var answerMax = 4 << 10
}

extension WebhookSinkSettings {
    static func read(_ reader: inout MappingReader, _ what: String, _ context: inout SettingsContext) -> WebhookSinkSettings? {
        let urlNode = reader.require("url", what, &context.issues)
        let url = context.value(urlNode, "url", form: "an http or https URL without user name and fragment") { WebURL($0) }
        let secretNode = reader.take("secret")
        let secret = secretNode.flatMap { readSecret($0, &context) }
        if secretNode == nil, let urlNode { context.issues.warning(urlNode, "\(what) has no 'secret': its requests are not signed") }
        let networks = context.blocks(reader.take("networks"), "networks")
        let batch = context.integer(reader.take("batch"), "batch", 1...1000)
        let authority = reader.take("ca").flatMap { readAuthority($0, &context) }
        let timeout = context.duration(reader.take("timeout"), "timeout", 1000...600_000)
        let connectTimeout = context.duration(reader.take("connect-timeout"), "connect-timeout", 100...60_000)
        let answerMax = context.bytes(reader.take("answer-max"), "answer-max", 256...1 << 20)
        guard let url, let urlNode else { return nil }
        check(url, urlNode, networks, &context)
        var settings = WebhookSinkSettings(url: url, secret: secret, networks: networks, authority: authority)
        if let batch { settings.batch = batch }
        if let timeout { settings.timeout = timeout }
        if let connectTimeout { settings.connectTimeout = connectTimeout }
        if let answerMax { settings.answerMax = Int(answerMax) }
        return settings
    }

    private static func check(_ url: WebURL, _ node: YAMLNode, _ networks: [AddressBlock], _ context: inout SettingsContext) {
        let listed = networks.contains { $0.contains(url.host) }
        let needs = "list the network under 'networks', such as networks: [ 127.0.0.0/8 ]"
        if url.scheme == "http", networks.isEmpty {
            context.issues.error(node, "url: plain http is sent only to addresses in the sink's 'networks'", hint: "use https, or \(needs)")
        } else if url.hostIsAddress, AddressBlock.neverReached.contains(where: { $0.contains(url.host) }) {
            context.issues.error(node, "url: \(url.host) is a link-local address, which no sink may reach")
        } else if url.hostIsAddress, !listed, url.scheme == "http" || AddressBlock.privateNetworks.contains(where: { $0.contains(url.host) }) {
            context.issues.error(node, "url: \(url.host) is in none of the sink's 'networks'", hint: needs)
        }
    }

    private static func readSecret(_ node: YAMLNode, _ context: inout SettingsContext) -> Secret? {
        guard let secret = context.secret(node, "secret") else { return nil }
        let hint = "echo whsec_$(openssl rand -base64 32)"
        guard let text = String(decoding: secret.value, as: UTF8.self).dropping(prefix: "whsec_") else {
            context.issues.error(node, "secret: \(secret.label) does not begin with 'whsec_'", hint: hint)
            return nil
        }
        guard let key = Base64Text.decode(text), (1...64).contains(key.count) else {
            context.issues.error(node, "secret: after 'whsec_', \(secret.label) is not base64 of 24 to 64 bytes", hint: hint)
            return nil
        }
        if key.count < 24 { context.issues.warning(node, "secret: \(secret.label) is shorter than the 24 bytes that Standard Webhooks asks for", hint: hint) }
        return secret
    }

    private static func readAuthority(_ node: YAMLNode, _ context: inout SettingsContext) -> String? {
        guard let path = context.path(node, "ca") else { return nil }
        switch FilePaths.contents(of: path, limit: 1 << 20) {
        case .success: return path
        case .failure(let error):
            context.issues.error(node, "ca: \(error.message)")
            return nil
        }
    }
}

extension AddressBlock {
    /// Networks that are not on the internet; a sink reaches them only when it lists them.
    static let privateNetworks = [
        "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "0.0.0.0/8", "::1/128", "::/128", "fc00::/7",
    ].compactMap { AddressBlock($0) }

    /// Link-local networks, cloud metadata among them.
    static let neverReached = ["169.254.0.0/16", "fe80::/10"].compactMap { AddressBlock($0) }
}
