import Delivery
import Sinks

/// A `type:` of sinks: how its settings are read.
struct SinkType: Sendable {
    /// The word in the configuration.
    let word: String
    /// Where a new sink begins when its settings do not say.
    let start: StartPoint
    /// Takes the type's own keys out of the reader; nothing after errors were added.
    let read: @Sendable (inout MappingReader, String, inout SettingsContext) -> (any SinkOptions)?

    /// The types that this version has.
    static let all: [SinkType] = [
        FileSinkSettings.type,
        WebhookSinkSettings.type,
        SplunkHECSinkSettings.type,
        ElasticsearchSinkSettings.type,
        SyslogSinkSettings.type,
        SlackSinkSettings.type,
        EmailSinkSettings.type,
        DefectDojoSinkSettings.type,
        JiraSinkSettings.type,
        ServiceNowSinkSettings.type,
    ]
}
