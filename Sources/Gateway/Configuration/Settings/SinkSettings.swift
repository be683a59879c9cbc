import Delivery
import FindingModel
import Sinks
import YAMLDocument

/// One destination for changes.
package struct SinkSettings: Sendable {
    package var name: String
    /// The `type` word.
    package var type: String
    /// Where a new sink begins; one that has a cursor goes on from there.
    package var start: StartPoint
    package var options: any SinkOptions
}

extension SinkSettings {
    /// All sinks that can be used, and the names of all that are there.
    static func read(all node: YAMLNode?, _ context: inout SettingsContext) -> (sinks: [SinkSettings], names: [String]) {
        guard let node else { return ([], []) }
        guard let members = node.members else {
            context.issues.error(node, "sinks must be a mapping from names to settings, not \(node.kindName)")
            return ([], [])
        }
        return (members.compactMap { read($0.key, $0.value, &context) }, members.compactMap { $0.key.scalar })
    }

    private static func read(_ key: YAMLNode, _ node: YAMLNode, _ context: inout SettingsContext) -> SinkSettings? {
        let name = key.scalar ?? ""
        let what = "the sink '\(name)'"
        if !ConfiguredName.isValid(name) { context.issues.error(key, ConfiguredName.message("sink", name)) }
        guard var reader = MappingReader(node, what, &context.issues) else { return nil }
        guard let typeNode = reader.require("type", what, &context.issues) else {
            reader.finishWithoutKnowing(&context.issues)
            return nil
        }
        guard let type = context.word(typeNode, "type") else { return nil }
        guard let sinkType = SinkType.all.first(where: { $0.word == type }) else {
            // The keys of an unknown type are unknown too: one error says enough.
            context.issues.unknownWord(typeNode, what: "sink type", known: SinkType.all.map(\.word))
            return nil
        }
        let start = context.value(reader.take("from"), "from", form: "now, beginning or a time such as 2026-03-02T10:00:00Z", readStart)
        if case .time(let time)? = start, time > SystemClock.now() {
            context.issues.warning(
                node["from"] ?? node, "from: \(time.rfc3339) has not come yet, so the sink begins with the next change", hint: "'now' says the same")
        }
        let options = sinkType.read(&reader, what, &context)
        reader.finish(&context.issues)
        return options.map { SinkSettings(name: name, type: type, start: start ?? sinkType.start, options: $0) }
    }

    private static func readStart(_ text: String) -> StartPoint? {
        switch text {
        case "now": .now
        case "beginning": .beginning
        default: MomentText.timestamp(text).map { .time($0) }
        }
    }
}
