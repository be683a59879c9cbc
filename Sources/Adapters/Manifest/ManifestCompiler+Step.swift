import YAMLDocument

extension ManifestCompiler {
    private static let steps = ["map", "pattern", "split", "form", "time", "duration"]

    /// `from` and the one step beside it.
    mutating func step(_ form: Form, from source: YAMLNode, _ shape: FieldShape) -> ExpressionID? {
        let steps = Self.steps.filter { form.node[$0] != nil }
        if form["else"] != nil, form.node["map"] == nil { issues.error(form.node, "'else' belongs to 'map', which is missing") }
        guard steps.count == 1, let step = steps.first else {
            let what = steps.isEmpty ? "a step is missing beside 'from'" : "only one step can stand beside 'from'"
            issues.error(form.node, what, hint: steps.isEmpty ? "known: \(Self.steps.joined(separator: ", "))" : "nest 'from' for more")
            return nil
        }
        let from = expression(source, shape.input)
        guard let node = form[step] else { return nil }
        switch step {
        case "map": return map(node, otherwise: form["else"], shape).flatMap { map in from.map { add(.map(from: $0, map: map)) } }
        case "pattern": return pattern(node).flatMap { pattern in from.map { add(.pattern(from: $0, pattern: pattern)) } }
        case "split": return split(node).flatMap { split in from.map { add(.split(from: $0, separator: split)) } }
        case "form":
            guard shape.kind == .text else {
                issues.error(node, "'form' is only for texts, not for '\(shape.name)'")
                return nil
            }
            return word(node, step, "form", NormalForm.self).flatMap { form in from.map { add(.form(from: $0, form: form)) } }
        case "time":
            guard shape.kind == .time else {
                issues.error(node, "'time' is only for times, not for '\(shape.name)'")
                return nil
            }
            return word(node, step, "unit", TimeUnit.self).flatMap { unit in from.map { add(.time(from: $0, unit: unit)) } }
        default:
            guard shape.kind == .duration else {
                issues.error(node, "'duration' is only for durations, not for '\(shape.name)'")
                return nil
            }
            return word(node, step, "unit", DurationUnit.self).flatMap { unit in from.map { add(.duration(from: $0, unit: unit)) } }
        }
    }

    private mutating func map(_ node: YAMLNode, otherwise: YAMLNode?, _ shape: FieldShape) -> Int? {
        guard let members = node.members, !members.isEmpty else {
            issues.error(node, "'map' must be a mapping of words to words")
            return nil
        }
        var values = shape
        if shape.constants == .none { values.constants = .any }
        var map = WordMap(table: WordTable(), otherwise: nil, fallsBackToPlainWords: shape.kind == .severity)
        for (key, value) in members {
            guard let word = key.scalar else { continue }
            guard value.scalar != nil else {
                issues.error(value, "'map' gives words, not \(value.kindName)")
                continue
            }
            if let constant = constant(value, values), !map.table.insert(word, value: constant) {
                issues.error(key, "the word '\(word)' is there already", hint: "words ignore case, and numbers compare by value")
            }
        }
        if let otherwise {
            let isConstant = otherwise.scalar.map { !Path.isPath($0) } ?? false
            map.otherwise = isConstant ? constant(otherwise, values) : expression(otherwise, shape)
        }
        tables.maps.append(map)
        return tables.maps.count - 1
    }

    private mutating func pattern(_ node: YAMLNode) -> Int? {
        guard let text = word(node, "pattern") else { return nil }
        switch Pattern.parse(text) {
        case .failure(let error):
            issues.error(node, error.message, hint: error.hint)
            return nil
        case .success(let pattern):
            tables.patterns.append(pattern)
            return tables.patterns.count - 1
        }
    }

    private mutating func split(_ node: YAMLNode) -> Int? {
        guard let text = word(node, "split") else { return nil }
        tables.texts.append(text)
        return tables.texts.count - 1
    }

    /// A word of a closed set, whose words are each a `kind`.
    private mutating func word<Word: RawRepresentable & CaseIterable>(_ node: YAMLNode, _ what: String, _ kind: String, _ type: Word.Type) -> Word?
    where Word.RawValue == String {
        guard let text = word(node, what) else { return nil }
        if let word = Word(rawValue: text) { return word }
        issues.unknownWord(node, what: kind, known: Word.allCases.map(\.rawValue))
        return nil
    }
}
