import YAMLDocument

extension ManifestCompiler {
    /// The forms that an expression can have, by the key that each is known by.
    private static let forms: [(key: String, keys: [String])] = [
        ("from", ["from", "map", "else", "pattern", "split", "form", "time", "duration"]),
        ("join", ["join", "with"]),
        ("hash", ["hash"]),
        ("all", ["all"]),
        ("header", ["header"]),
        ("only-key", ["only-key"]),
        ("then", ["when", "unless", "then"]),
    ]

    /// The expression that `node` spells for a field of `shape`; nothing, after an error was added, when it spells none.
    mutating func expression(_ node: YAMLNode?, _ shape: FieldShape) -> ExpressionID? {
        guard let node else { return nil }
        switch node.content {
        case .scalar(let text, _):
            if let memberName, text == "$\(memberName).name" { return add(.memberName) }
            if Path.isPath(text) { return path(node, shape.name).map { add(.slot(slot($0))) } }
            return constant(node, shape)
        case .sequence(let items):
            if items.isEmpty { issues.error(node, "'\(shape.name)' is an empty list") }
            let alternatives = items.compactMap { expression($0, shape) }
            return alternatives.count == 1 ? alternatives[0] : add(.alternatives(add(alternatives)))
        case .mapping(let members):
            let keys = members.compactMap(\.key.scalar)
            guard let form = Self.forms.first(where: { keys.contains($0.key) }) else {
                notAForm(node, keys: keys, shape)
                return nil
            }
            return self.form(node, "the value of '\(shape.name)'", keys: form.keys).flatMap { expression($0, kind: form.key, shape) }
        }
    }

    private mutating func expression(_ form: Form, kind: String, _ shape: FieldShape) -> ExpressionID? {
        guard let value = form[kind] else { return nil }
        switch kind {
        case "from": return step(form, from: value, shape)
        case "join": return join(form, parts: value, shape)
        case "hash": return hash(form, parts: value, shape)
        case "all": return all(form, lists: value, shape)
        case "header": return header(form, name: value, shape)
        case "only-key": return path(value, "only-key").map { add(.onlyKey(slot($0))) }
        default: return conditional(form, then: value, shape)
        }
    }

    private mutating func notAForm(_ node: YAMLNode, keys: [String], _ shape: FieldShape) {
        if keys.contains("when") || keys.contains("unless") {
            issues.error(node, "'then' is missing beside '\(keys.contains("when") ? "when" : "unless")'")
        } else if let members = node.members, let first = members.first {
            issues.unknownKey(first.key, known: Self.forms.map(\.key))
        } else {
            issues.error(node, "'\(shape.name)' is an empty mapping")
        }
    }

    /// A word of the manifest as a value, where the field takes one.
    mutating func constant(_ node: YAMLNode, _ shape: FieldShape) -> ExpressionID? {
        guard let text = node.scalar, !node.isEmpty else {
            issues.error(node, "'\(shape.name)' has no value here")
            return nil
        }
        switch shape.constants {
        case .any:
            return add(constant: text, code: -1)
        case .words(let words):
            guard let code = words.firstIndex(of: text) else {
                issues.unknownWord(node, what: shape.name, known: words)
                return nil
            }
            return add(constant: text, code: code)
        case .none:
            let isName = text.unicodeScalars.allSatisfy { $0.properties.isAlphabetic || $0.properties.numericType != nil || "._-".unicodeScalars.contains($0) }
            let hint = isName ? "a path begins with $ or with a point: $.\(text)" : "only types, names, closed sets and 'join' take words"
            issues.error(node, "'\(text)' is no value for '\(shape.name)'", hint: hint)
            return nil
        }
    }

    private mutating func add(constant text: String, code: Int) -> ExpressionID {
        tables.constants.append(Constant(text: text, code: code))
        return add(.constant(tables.constants.count - 1))
    }

    private mutating func join(_ form: Form, parts: YAMLNode, _ shape: FieldShape) -> ExpressionID? {
        let separator = form["with"].map { $0.scalar ?? "" } ?? ":"
        if let with = form["with"], with.scalar == nil { issues.error(with, "'with' must be a word, not \(with.kindName)") }
        tables.texts.append(separator)
        let number = tables.texts.count - 1
        let items = parts.items ?? [parts]
        if items.isEmpty { issues.error(parts, "'join' is an empty list") }
        let expressions = items.compactMap { joined($0, shape) }
        return add(.join(add(expressions), separator: number))
    }

    /// A part of a joined text: a word, or any expression.
    ///
    /// In quotes, `.` and other text that is no path is a word.
    private mutating func joined(_ node: YAMLNode, _ shape: FieldShape) -> ExpressionID? {
        if let text = node.scalar {
            var isPath = Path.isPath(text)
            if isPath, node.isQuoted { isPath = (try? Path.parse(text).get())?.steps.isEmpty == false }
            if !isPath {
                guard !text.isEmpty else {
                    issues.error(node, "a part of 'join' has no value")
                    return nil
                }
                return add(constant: text, code: -1)
            }
        }
        return expression(node, shape.part)
    }

    private mutating func hash(_ form: Form, parts: YAMLNode, _ shape: FieldShape) -> ExpressionID? {
        guard shape.isKey else {
            issues.error(form.node, "'hash' is only for keys, not for '\(shape.name)'")
            return nil
        }
        let items = parts.items ?? [parts]
        if items.isEmpty { issues.error(parts, "'hash' is an empty list") }
        let expressions = items.compactMap { expression($0, shape.part) }
        return add(.hash(add(expressions)))
    }

    private mutating func all(_ form: Form, lists: YAMLNode, _ shape: FieldShape) -> ExpressionID? {
        guard shape.isList else {
            issues.error(form.node, "'all' is only for fields that hold a list, not for '\(shape.name)'")
            return nil
        }
        let items = lists.items ?? [lists]
        if items.isEmpty { issues.error(lists, "'all' is an empty list") }
        let expressions = items.compactMap { expression($0, shape) }
        return add(.all(add(expressions)))
    }

    private mutating func header(_ form: Form, name: YAMLNode, _ shape: FieldShape) -> ExpressionID? {
        guard shape.isOfEvent else {
            issues.error(form.node, "'header' is only for the event's key, kind and time")
            return nil
        }
        guard let text = word(name, "header") else { return nil }
        let lowered = text.lowercased()
        if let number = headers.firstIndex(of: lowered) { return add(.header(number)) }
        headers.append(lowered)
        return add(.header(headers.count - 1))
    }
}
