import Delivery
import struct Adapters.LabelledSecret
import Formats
import Sinks
import YAMLDocument

/// Reads the settings of an Elasticsearch or OpenSearch cluster.
enum ElasticsearchSinkSettings {
    static let type = SinkType(word: "elasticsearch", start: .beginning) { reader, what, context in read(&reader, what, &context) }

    private static func read(_ reader: inout MappingReader, _ what: String, _ context: inout SettingsContext) -> ElasticsearchOptions? {
        let destination = DestinationReader.readSystem(&reader, what, api: ElasticsearchOptions.api, &context)
        let indexNode = reader.take("index")
        let index = indexNode.flatMap { context.word($0, "index") }
        let credential = readCredential(&reader, what, &context)
        let path = EventSettingsReader.word(reader.take("path"), "path", among: ElasticsearchOptions.Path.allCases, &context)
        let form = "a pipeline's name: printable ASCII without spaces"
        let pipeline = context.value(reader.take("pipeline"), "pipeline", form: form) { text in
            text.utf8.allSatisfy { (0x21...0x7e).contains($0) } ? text : nil
        }
        let operation = EventSettingsReader.word(reader.take("op"), "op", among: ElasticsearchOptions.Operation.allCases, &context)
        let gzip = EventSettingsReader.flag(reader.take("gzip"), "gzip", &context)
        let batch = context.integer(reader.take("batch"), "batch", ElasticsearchOptions.batchRange)
        var events = EventSettings(format: .ecs)
        EventSettingsReader.read(&reader, &events, formats: EventFormat.allCases.filter(\.isJSON), &context)
        guard let destination else { return nil }
        var options = ElasticsearchOptions(destination: destination)
        if let index { options.index = index }
        options.credential = credential
        if let path { options.path = path }
        options.pipeline = pipeline
        if let operation { options.operation = operation }
        if let gzip { options.gzip = gzip }
        if let batch { options.batch = batch }
        options.events = events
        if let indexNode, let issue = options.issues.first(where: { $0.key == "index" }) { context.issues.error(indexNode, issue.description) }
        return options
    }

    private static func readCredential(
        _ reader: inout MappingReader, _ what: String, _ context: inout SettingsContext
    ) -> ElasticsearchOptions.Credential? {
        let keyNode = reader.take("api-key")
        let userNode = reader.take("user")
        let passwordNode = reader.take("password")
        let key = context.secret(keyNode, "api-key")
        let user = userNode.flatMap { context.word($0, "user") }
        let password = context.secret(passwordNode, "password")
        if let keyNode, userNode != nil || passwordNode != nil { context.issues.error(keyNode, "\(what) has 'api-key' and 'user': only one can be used") }
        if let node = userNode ?? passwordNode, (userNode == nil) != (passwordNode == nil) {
            context.issues.error(node, "\(what): 'user' and 'password' belong together")
        }
        if let key, let keyNode {
            let text = String(decoding: key.value, as: UTF8.self)
            guard text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
                context.issues.error(keyNode, "api-key: \(key.label) is not the encoded form of an API key", hint: "base64 of id:key, as the cluster shows it")
                return nil
            }
            return .apiKey(text)
        }
        guard let user, let password else { return nil }
        return .basic(user: user, password: String(decoding: password.value, as: UTF8.self))
    }
}
