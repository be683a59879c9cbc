import FindingModel

extension RouteCondition {
    /// Reads a route's `when`; every issue at once.
    package init(_ value: OptionValue, path: [OptionIssue.Step] = []) throws(OptionIssues) {
        var reader = OptionReader(value, path: path)
        types = Self.patterns("type", &reader) { Self.refusal(ofType: $0) }
        sources = Self.patterns("source", &reader) { _ in nil }
        statuses = Self.patterns("status", &reader) { Self.refusal(ofStatus: $0) }
        labels = Self.patterns("label", &reader) { _ in nil }
        resources = Self.patterns("resource", &reader, ignoringCase: true) { _ in nil }
        minimumSeverity = Self.minimumSeverity(&reader)
        not = Self.conditions("not", &reader, path: path)
        try reader.finish()
    }

    /// The types of changes that are known by name; notices' kinds are open.
    private static let knownTypes =
        ["opened", "updated", "fixed", "reopened", "accepted", "false_positive", "ignored", "in_progress"].map { "finding.\($0)" }
        + ["scheduled", "queued", "started", "updated", "completed", "failed", "cancelled"].map { "scan.\($0)" }

    private static let knownStatuses = FindingStatus.allCases.map(\.word) + ScanStatus.allCases.map(\.word).filter { FindingStatus(rawValue: $0) == nil }

    private static func patterns(
        _ name: String, _ reader: inout OptionReader, ignoringCase ignoresCase: Bool = false,
        refusal: (WildcardPattern) -> (message: String, knownWords: [String])?
    ) -> [WildcardPattern]? {
        guard let words = reader.words(name) else { return nil }
        let patterns = words.map { WildcardPattern($0, ignoresCase: ignoresCase) }
        for (index, pattern) in patterns.enumerated() {
            guard let refusal = refusal(pattern) else { continue }
            let isElement = if case .list = reader.value(name) { true } else { false }
            reader.refuse(name, element: isElement ? index : nil, refusal.message, knownWords: refusal.knownWords)
        }
        return patterns
    }

    private static func refusal(ofType pattern: WildcardPattern) -> (message: String, knownWords: [String])? {
        if knownTypes.contains(where: { pattern.matches($0) }) { return nil }
        let notice = "notice.", prefix = pattern.literalPrefix
        let canBeNotice = prefix.utf8.starts(with: notice.utf8) || !pattern.isLiteral && notice.utf8.starts(with: prefix.utf8)
        guard canBeNotice, pattern.text != notice else { return ("no change has the type '\(pattern.text)'", knownTypes + ["finding.*", "scan.*", "notice.*"]) }
        return nil
    }

    private static func refusal(ofStatus pattern: WildcardPattern) -> (message: String, knownWords: [String])? {
        knownStatuses.contains { pattern.matches($0) } ? nil : ("no record has the status '\(pattern.text)'", knownStatuses)
    }

    private static func minimumSeverity(_ reader: inout OptionReader) -> MinimumSeverity? {
        let word = reader.word("min-severity")
        let unknown = reader.flag("unknown")
        guard let word else {
            if unknown != nil { reader.refuse("unknown", "'unknown' belongs to 'min-severity', which is missing") }
            return nil
        }
        let words = Severity.allCases.filter { $0 != .unknown }.map(\.word)
        guard let severity = Severity(word: word), severity != .unknown else {
            reader.refuse("min-severity", "'\(word)' is not one of \(words.joined(separator: ", "))", knownWords: words)
            return nil
        }
        return MinimumSeverity(severity, unknownSatisfies: unknown ?? true)
    }

    private static func conditions(_ name: String, _ reader: inout OptionReader, path: [OptionIssue.Step]) -> [RouteCondition] {
        let values: [(value: OptionValue, path: [OptionIssue.Step])]
        switch reader.value(name) {
        case nil: return []
        case .list(let elements): values = elements.enumerated().map { ($1, path + [.member(name), .element($0)]) }
        case let other?: values = [(other, path + [.member(name)])]
        }
        var conditions: [RouteCondition] = []
        if values.isEmpty { reader.refuse(name, "'\(name)' is an empty list") }
        for (value, path) in values {
            // A condition without keys always holds, so its opposite never does.
            if case .mapping(let members) = value, members.isEmpty { reader.add([OptionIssue(path: path, message: "'\(name)' says nothing")]) }
            do throws(OptionIssues) { conditions.append(try RouteCondition(value, path: path)) } catch { reader.add(error.issues) }
        }
        return conditions
    }
}
