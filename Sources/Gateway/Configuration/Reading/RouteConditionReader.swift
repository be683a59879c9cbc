import Delivery
import FindingModel
import State
import YAMLDocument

/// Reads a route's `when`: keys are "and", lists "or", `*` is a wildcard, `not` the opposite.
struct RouteConditionReader {
    /// Names of the configured sources; nothing when they cannot be known, because of an error that was said elsewhere.
    let sources: [String]?

    private static let statuses: [String] = Set(FindingStatus.allCases.map(\.word) + ScanStatus.allCases.map(\.word)).sorted()

    /// The condition, or nothing after errors were added.
    func read(_ node: YAMLNode, _ context: inout SettingsContext) -> RouteCondition? {
        guard var reader = MappingReader(node, "when", &context.issues) else { return nil }
        let errorsBefore = context.issues.errorCount
        var condition = RouteCondition()
        let typeNode = reader.take("type")
        condition.types = patterns(typeNode, "type", known: ChangeType.words, freePrefix: "notice.", &context)
        condition.statuses = patterns(reader.take("status"), "status", known: Self.statuses, &context)
        let sourceNames = sources.map { $0 + $0.map { "/sources/\($0)" } + ["/gateway"] }
        condition.sources = patterns(reader.take("source"), "source", known: sourceNames, &context)
        condition.labels = patterns(reader.take("label"), "label", known: nil, &context)
        condition.resources = places(reader.take("resource"), "resource", &context)
        condition.minimumSeverity = minimumSeverity(&reader, &context)
        if let not = reader.take("not") {
            let items = not.items ?? [not]
            if items.isEmpty { context.issues.error(not, "not: the list is empty") }
            condition.not = items.compactMap { read($0, &context) }
        }
        reader.finish(&context.issues)
        // What could not be read was said; it is not nothing.
        if condition == RouteCondition(), context.issues.errorCount == errorsBefore {
            context.issues.warning(node, "when says nothing, so every change matches")
        }
        return condition
    }

    /// The words of a list as patterns; a word without `*` that is none of `known` is a slip.
    private func patterns(
        _ node: YAMLNode?, _ what: String, known: [String]?, freePrefix: String? = nil, _ context: inout SettingsContext
    ) -> [WildcardPattern]? {
        words(node, what, &context)?.compactMap { item, word in
            let pattern = WildcardPattern(word, ignoresCase: known == nil)
            guard let known, !known.contains(where: { pattern.matches($0) }) else { return pattern }
            if let freePrefix, word.dropping(prefix: freePrefix) != nil || freePrefix.dropping(prefix: pattern.literalPrefix) != nil && !pattern.isLiteral {
                return pattern
            }
            context.issues.unknownWord(item, what: what, known: known)
            return nil
        }
    }

    /// The words of a list as patterns for places.
    private func places(_ node: YAMLNode?, _ what: String, _ context: inout SettingsContext) -> [PlacePattern]? {
        words(node, what, &context)?.map { item, word in
            if PlaceName.isWithoutForm(pattern: word) {
                context.issues.warning(
                    item,
                    "'\(word)' describes no host: hosts are compared in their ASCII form, which a part of a label with letters outside ASCII does not have",
                    hint: "write the label whole, or '*' alone in its place")
            }
            return PlacePattern(word)
        }
    }

    private func words(_ node: YAMLNode?, _ what: String, _ context: inout SettingsContext) -> [(YAMLNode, String)]? {
        guard let node else { return nil }
        let items = context.list(node, what)
        if items.isEmpty, !node.isEmpty { context.issues.error(node, "\(what): the list is empty, so nothing matches") }
        return items.compactMap { item in context.word(item, what).map { (item, $0) } }
    }

    private func minimumSeverity(_ reader: inout MappingReader, _ context: inout SettingsContext) -> RouteCondition.MinimumSeverity? {
        var unknownSatisfies = true
        let unknownNode = reader.take("unknown")
        let severityNode = reader.take("min-severity")
        if let unknownNode, let word = context.word(unknownNode, "unknown") {
            switch word {
            case "true": break
            case "false": unknownSatisfies = false
            default: context.issues.unknownWord(unknownNode, what: "word", known: ["true", "false"])
            }
            if severityNode == nil { context.issues.warning(unknownNode, "unknown has no effect without 'min-severity'") }
        }
        guard let severityNode, let word = context.word(severityNode, "min-severity") else { return nil }
        guard let severity = Severity(word: word), severity != .unknown else {
            context.issues.unknownWord(severityNode, what: "severity", known: Severity.allCases.filter { $0 != .unknown }.map(\.word))
            return nil
        }
        return RouteCondition.MinimumSeverity(severity, unknownSatisfies: unknownSatisfies)
    }
}
