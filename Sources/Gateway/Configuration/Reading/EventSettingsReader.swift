import Formats
import Sinks
import YAMLDocument

/// Reads how a sink for a SIEM writes changes: `format`, `evidence` and `time`.
enum EventSettingsReader {
    static func read(_ reader: inout MappingReader, _ settings: inout EventSettings, formats: [EventFormat], _ context: inout SettingsContext) {
        if let format = word(reader.take("format"), "format", among: formats, &context) { settings.format = format }
        if let evidence = word(reader.take("evidence"), "evidence", among: EvidenceDetail.allCases, &context) { settings.evidence = evidence }
        if let time = word(reader.take("time"), "time", among: EventTime.allCases, &context) { settings.time = time }
    }

    /// `true` or `false`.
    static func flag(_ node: YAMLNode?, _ what: String, _ context: inout SettingsContext) -> Bool? {
        context.value(node, what, form: "true or false") { ["true": true, "false": false][$0] }
    }

    /// One of the words `known`.
    static func word<Word: RawRepresentable<String>>(
        _ node: YAMLNode?, _ what: String, among known: [Word], _ context: inout SettingsContext
    ) -> Word? {
        guard let node, let text = context.word(node, what) else { return nil }
        if let word = known.first(where: { $0.rawValue == text }) { return word }
        context.issues.unknownWord(node, what: what, known: known.map(\.rawValue))
        return nil
    }
}
