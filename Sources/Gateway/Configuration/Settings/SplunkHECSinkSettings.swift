import Delivery
import struct Adapters.LabelledSecret
import Formats
import Sinks
import YAMLDocument

/// Reads the settings of a Splunk HTTP Event Collector.
enum SplunkHECSinkSettings {
    static let type = SinkType(word: "splunk-hec", start: .beginning) { reader, what, context in read(&reader, what, &context) }

    private static func read(_ reader: inout MappingReader, _ what: String, _ context: inout SettingsContext) -> SplunkHECOptions? {
        let destination = DestinationReader.readSystem(&reader, what, api: SplunkHECOptions.api, &context)
        let tokenNode = reader.require("token", what, &context.issues)
        let token = context.secret(tokenNode, "token")
        let index = reader.take("index").flatMap { context.word($0, "index") }
        let sourcetype = reader.take("sourcetype").flatMap { context.word($0, "sourcetype") }
        let host = reader.take("host").flatMap { context.word($0, "host") }
        let acknowledgement = EventSettingsReader.flag(reader.take("ack"), "ack", &context)
        let gzip = EventSettingsReader.flag(reader.take("gzip"), "gzip", &context)
        let batch = context.integer(reader.take("batch"), "batch", SplunkHECOptions.batchRange)
        var events = EventSettings(format: .canonical)
        EventSettingsReader.read(&reader, &events, formats: EventFormat.allCases, &context)
        guard let destination, let token, let tokenNode else { return nil }
        var options = SplunkHECOptions(destination: destination, token: String(decoding: token.value, as: UTF8.self))
        options.index = index
        options.sourcetype = sourcetype
        options.host = host
        if let acknowledgement { options.acknowledgement = acknowledgement }
        if let gzip { options.gzip = gzip }
        if let batch { options.batch = batch }
        options.events = events
        for issue in options.issues where issue.key == "token" { context.issues.error(tokenNode, "token: \(token.label): \(issue.message)") }
        return options
    }
}
