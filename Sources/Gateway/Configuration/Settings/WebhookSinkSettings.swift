import struct Adapters.LabelledSecret
import Delivery
import Sinks
import YAMLDocument

/// Reads the settings of an HTTP receiver of CloudEvents, signed as Standard Webhooks says (https://www.standardwebhooks.com).
enum WebhookSinkSettings {
    static let type = SinkType(word: "webhook", start: .beginning) { reader, what, context in read(&reader, what, &context) }

    private static func read(_ reader: inout MappingReader, _ what: String, _ context: inout SettingsContext) -> WebhookSinkOptions? {
        let urlNode = reader.take("url")
        let destination = DestinationReader.read(&reader, what, &context)
        let secretNode = reader.take("secret")
        let secrets = secretNode.map { node in context.list(node, "secret").compactMap { readSecret($0, &context) } } ?? []
        if secretNode == nil, let urlNode { context.issues.warning(urlNode, "\(what) has no 'secret': its requests are not signed") }
        let batch = context.integer(reader.take("batch"), "batch", WebhookSinkOptions.batchRange)
        guard let destination else { return nil }
        var options = WebhookSinkOptions(destination: destination)
        options.secrets = secrets
        if let batch { options.batch = batch }
        return options
    }

    private static func readSecret(_ node: YAMLNode, _ context: inout SettingsContext) -> WebhookSecret? {
        guard let secret = context.secret(node, "secret") else { return nil }
        do throws(SinkError) {
            return try WebhookSecret(String(decoding: secret.value, as: UTF8.self))
        } catch {
            context.issues.error(node, "secret: \(secret.label): \(error.message)", hint: "echo whsec_$(openssl rand -base64 32)")
            return nil
        }
    }
}
