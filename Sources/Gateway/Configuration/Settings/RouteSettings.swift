import Delivery
import YAMLDocument

/// Reads `routes:`, which say which changes go to which sinks.
enum RouteSettings {
    /// - Parameters:
    ///   - sinks: names of all sinks of the file, usable or not; nothing when they cannot be known.
    ///   - sources: names of all sources, likewise.
    static func read(all node: YAMLNode?, sinks: [String]?, sources: [String]?, _ context: inout SettingsContext) -> [Route] {
        guard let node else { return [] }
        guard let items = node.items else {
            context.issues.error(node, "routes must be a list of { to: [ … ], when: { … } }, not \(node.kindName)")
            return []
        }
        return items.compactMap { read($0, sinks: sinks, sources: sources, &context) }
    }

    private static func read(_ node: YAMLNode, sinks: [String]?, sources: [String]?, _ context: inout SettingsContext) -> Route? {
        guard var reader = MappingReader(node, "a route", &context.issues) else { return nil }
        var names: [String] = []
        if let to = reader.require("to", "a route", &context.issues) {
            let items = context.list(to, "to")
            if items.isEmpty, !to.isEmpty { context.issues.error(to, "to: the list is empty") }
            for item in items {
                guard let name = context.word(item, "to") else { continue }
                if let sinks, !sinks.contains(name) {
                    context.issues.unknownWord(item, what: "sink", known: sinks.sorted())
                } else {
                    names.append(name)
                }
            }
        }
        var condition: RouteCondition?
        if let when = reader.take("when") {
            condition = RouteConditionReader(sources: sources).read(when, &context)
            if condition == nil { return nil }
        }
        reader.finish(&context.issues)
        return Route(to: names, when: condition)
    }
}
