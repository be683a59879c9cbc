import Delivery
import YAMLDocument

/// Which changes go to which sinks.
package struct RouteSettings: Sendable {
    /// Names of sinks.
    package var sinks: [String]
    package var route: Route
}

extension RouteSettings {
    static func read(all node: YAMLNode?, sinks: [String], _ context: inout SettingsContext) -> [RouteSettings] {
        guard let node else { return [] }
        guard let items = node.items else {
            context.issues.error(node, "routes must be a list of { to: [ … ], when: { … } }, not \(node.kindName)")
            return []
        }
        return items.compactMap { read($0, sinks: sinks, &context) }
    }

    private static func read(_ node: YAMLNode, sinks: [String], _ context: inout SettingsContext) -> RouteSettings? {
        guard var reader = MappingReader(node, "a route", &context.issues) else { return nil }
        var names: [String] = []
        if let to = reader.require("to", "a route", &context.issues) {
            let items = context.list(to, "to")
            if items.isEmpty, !to.isEmpty { context.issues.error(to, "to: the list is empty") }
            for item in items {
                guard let name = context.word(item, "to") else { continue }
                if sinks.contains(name) { names.append(name) } else { context.issues.unknownWord(item, what: "sink", known: sinks.sorted()) }
            }
        }
        let condition = reader.take("when")
        reader.finish(&context.issues)
        guard let route = Route.compile(condition, &context.issues) else { return nil }
        return RouteSettings(sinks: names, route: route)
    }
}
