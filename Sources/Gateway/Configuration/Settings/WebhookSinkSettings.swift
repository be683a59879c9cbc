import struct Adapters.LabelledSecret
import CurlTransport
import Delivery
import JSONDocument
import Sinks
import YAMLDocument

/// Reads the settings of an HTTP receiver of CloudEvents, signed as Standard Webhooks says (https://www.standardwebhooks.com), or of JSON in a
/// format of its own.
enum WebhookSinkSettings {
    static let type = SinkType(word: "webhook", start: .beginning) { reader, what, context in read(&reader, what, &context) }

    private static func read(_ reader: inout MappingReader, _ what: String, _ context: inout SettingsContext) -> WebhookSinkOptions? {
        let urlNode = reader.take("url")
        let destination = DestinationReader.read(&reader, what, &context)
        let identityNode = reader.take("certificate") ?? reader.take("key")
        let identity = DestinationReader.identity(&reader, what, &context)
        if let identityNode, destination?.url.isPlain == true {
            context.issues.error(identityNode, "certificate: a connection without TLS proves nothing", hint: "use https://")
        }
        let secretNode = reader.take("secret")
        let secrets = secretNode.map { node in context.list(node, "secret").compactMap { readSecret($0, &context) } } ?? []
        let batch = context.integer(reader.take("batch"), "batch", WebhookSinkOptions.batchRange)
        let inFlightNode = reader.take("in-flight")
        let inFlight = context.integer(inFlightNode, "in-flight", 1...SinkLimits.itemsInFlightMax)
        if let inFlightNode, let inFlight, inFlight > 1, let batch, batch > 1 {
            context.issues.error(inFlightNode, "in-flight: several requests at a time hold one change each", hint: "leave 'batch' or 'in-flight' at 1")
        }
        let credentialsNode = reader.take("oauth2")
        let credentials = credentialsNode.flatMap { readCredentials($0, destination, &context) }
        let headersNode = reader.take("headers")
        let headers = readHeaders(headersNode, isAuthorized: credentialsNode != nil, &context)
        let form = "a kind of JSON, such as application/json"
        let contentType = context.value(reader.take("content-type"), "content-type", form: form) { WebhookSinkOptions.isJSONType($0) ? $0 : nil }
        let body = reader.take("body").flatMap { readBody($0, &context) }
        let expectation = reader.take("expect").flatMap { readExpectation($0, &context) }
        if secretNode == nil, let urlNode, credentialsNode == nil, identityNode == nil, !headers.contains(where: { $0.secret != nil }) {
            context.issues.warning(urlNode, "\(what) has no 'secret': its requests are not signed")
        }
        guard let destination else { return nil }
        var options = WebhookSinkOptions(destination: destination)
        options.destination.identity = identity
        options.secrets = secrets
        if let batch { options.batch = batch }
        if let inFlight { options.inFlight = inFlight }
        options.headers = headers
        options.contentType = contentType
        options.body = body
        if let expectation { options.expectation = expectation }
        options.credentials = credentials
        return options
    }

    private static func readSecret(_ node: YAMLNode, _ context: inout SettingsContext) -> WebhookSecret? {
        guard let secret = context.secret(node, "secret", cure: .webhook) else { return nil }
        do throws(SinkError) {
            return try WebhookSecret(String(decoding: secret.value, as: UTF8.self))
        } catch {
            context.issues.error(node, "secret: \(secret.label): \(error.message)", hint: "echo whsec_$(openssl rand -base64 32)")
            return nil
        }
    }
}

// The receiver's own headers.
extension WebhookSinkSettings {
    private static func readHeaders(_ node: YAMLNode?, isAuthorized: Bool, _ context: inout SettingsContext) -> [WebhookSinkOptions.Header] {
        var taken: Set<String> = []
        return TemplateReader.members(node, "headers", &context).compactMap { key, value in
            let name = key.scalar ?? ""
            let folded = name.lowercased()
            guard WebhookSinkOptions.isHeaderName(name), !WebhookSinkOptions.reservedHeaders.contains(folded) else {
                let hint = folded == "content-type" ? "content-type: application/json" : nil
                context.issues.error(key, "headers: '\(name)' cannot stand here: it is no header's name, or Weir's own", hint: hint)
                return nil
            }
            if folded == "authorization", isAuthorized {
                context.issues.error(key, "headers: 'oauth2' sets \(name)")
                return nil
            }
            guard taken.insert(folded).inserted else {
                context.issues.error(key, "headers: \(name) stands here twice")
                return nil
            }
            return readHeader(name, value, &context)
        }
    }

    /// A text; a reference to a secret, `env:NAME`; or both, `Bearer env:NAME`.
    private static func readHeader(_ name: String, _ node: YAMLNode, _ context: inout SettingsContext) -> WebhookSinkOptions.Header? {
        let what = "headers.\(name)"
        guard let text = context.word(node, what) else { return nil }
        let words = text.utf8.split(separator: 0x20, maxSplits: 1).map { String(Substring($0)) }
        let (scheme, rest) = words.count == 2 && SecretReference(text) == nil ? (words[0] + " ", words[1]) : ("", text)
        var (value, secret) = (text, nil as String?)
        if SecretReference(rest) != nil {
            guard let found = context.secret(rest, at: node, what) else { return nil }
            let plain = String(decoding: found.value, as: UTF8.self)
            (value, secret) = (scheme + plain, plain)
        } else if Self.isSensitive(name) {
            context.issues.warning(node, "\(what) stands in the configuration itself", hint: "use env:NAME or file:PATH, or Bearer env:NAME")
            secret = text
        }
        guard WebhookSinkOptions.isHeaderValue(value) else {
            // What a reference leads to is not shown.
            context.issues.error(node, "\(what): the value is not printable ASCII, or has blanks at its ends")
            return nil
        }
        return WebhookSinkOptions.Header(name, value, secret: secret)
    }

    private static func isSensitive(_ name: String) -> Bool {
        let name = name.lowercased()
        return ["authorization", "token", "key", "secret", "password", "cookie"].contains { name.contains($0) }
    }
}

// What the answer looks like, and what the body does.
extension WebhookSinkSettings {
    private static func readExpectation(_ node: YAMLNode, _ context: inout SettingsContext) -> AnswerExpectation? {
        guard var reader = MappingReader(node, "expect", &context.issues) else { return nil }
        var expectation = AnswerExpectation()
        if let node = reader.take("status") {
            expectation.statuses = Set(context.list(node, "expect.status").compactMap { context.integer($0, "expect.status", 200...299) })
        }
        let form = "a media type such as application/json"
        expectation.contentType = context.value(reader.take("content-type"), "expect.content-type", form: form) { text in
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            return parts.count == 2 && parts.allSatisfy { WebhookSinkOptions.isHeaderName(String($0)) } ? text.lowercased() : nil
        }
        expectation.text = reader.take("body").flatMap { context.word($0, "expect.body") }
        reader.finish(&context.issues)
        return expectation
    }

    /// A mapping or a list whose texts are templates, or the same as JSON in a text.
    private static func readBody(_ node: YAMLNode, _ context: inout SettingsContext) -> WebhookBody? {
        guard let text = node.scalar else { return TemplateReader.value(node, "body", .change, &context).map { WebhookBody($0) } }
        do throws(JSONError) {
            let json = try JSONValue(parsing: Array(text.utf8))
            switch json {
            case .object, .array: break
            default:
                context.issues.error(node, "body is neither an object nor a list", hint: "body: { title: \"{{ title }}\" }")
                return nil
            }
            return TemplateReader.value(json, at: node, "body", .change, &context).map { WebhookBody($0) }
        } catch {
            context.issues.error(node, "body: this is not JSON: \(error.description)", hint: "each {{ name }} stands inside quotation marks: \"{{ title }}\"")
            return nil
        }
    }

    private static func readCredentials(_ node: YAMLNode, _ destination: Destination?, _ context: inout SettingsContext) -> ClientCredentials? {
        guard var reader = MappingReader(node, "oauth2", &context.issues) else { return nil }
        let urlNode = reader.require("token-url", "oauth2", &context.issues)
        let url = urlNode.flatMap { URLReader.read($0, "oauth2.token-url", &context) }
        let id = reader.require("client-id", "oauth2", &context.issues).flatMap { context.word($0, "oauth2.client-id") }
        let secret = reader.require("client-secret", "oauth2", &context.issues).flatMap { context.secret($0, "oauth2.client-secret") }
        let scope = reader.take("scope").flatMap { context.word($0, "oauth2.scope") }
        let audience = reader.take("audience").flatMap { context.word($0, "oauth2.audience") }
        let authentication = EventSettingsReader.word(reader.take("auth"), "oauth2.auth", among: ClientCredentials.Authentication.allCases, &context)
        reader.finish(&context.issues)
        if let url, let urlNode, let destination {
            DestinationReader.check(host: url.host, isPlain: url.isPlain, urlNode, destination.policy, what: "oauth2.token-url", &context)
        }
        guard let url, let id, let secret else { return nil }
        var credentials = ClientCredentials(tokenURL: url, clientID: id, clientSecret: String(decoding: secret.value, as: UTF8.self))
        credentials.scope = scope
        credentials.audience = audience
        if let authentication { credentials.authentication = authentication }
        return credentials
    }
}
