import Delivery
import Sinks
import YAMLDocument

/// Reads the settings of a channel that gets digests by an incoming webhook.
enum SlackSinkSettings {
    static let type = SinkType(word: "slack", start: .now) { reader, what, context in read(&reader, what, &context) }

    private static func read(_ reader: inout MappingReader, _ what: String, _ context: inout SettingsContext) -> SlackSinkOptions? {
        let destination = DestinationReader.readSecret(&reader, what, &context)
        let batch = context.integer(reader.take("batch"), "batch", SlackSinkOptions.batchRange)
        guard let destination else { return nil }
        var options = SlackSinkOptions(destination: destination)
        if let batch { options.batch = batch }
        return options
    }
}
