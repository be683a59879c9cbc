import Yams

/// Turns libYAML's tree into nodes, counting them as a reader of the file would meet them: what an alias repeats counts again.
struct NodeConverter {
    var issues: IssueCollector
    private var remaining = YAMLDocument.nodeLimit
    private var tooLarge = false

    init(issues: IssueCollector) { self.issues = issues }

    /// The node for `node`, or nothing after the limit was reached or where nothing sensible stands; then an error was added.
    mutating func convert(_ node: Node, depth: Int = 0) -> YAMLNode? {
        guard !tooLarge else { return nil }
        let line = node.mark?.line ?? 1, column = node.mark?.column ?? 1
        guard remaining > 0, depth < YAMLDocument.depthLimit else {
            tooLarge = true
            let what = remaining > 0 ? "more than \(YAMLDocument.depthLimit) levels" : "more than \(YAMLDocument.nodeLimit) values, repeated ones included"
            issues.add(.error, line: line, column: column, "the file holds \(what)")
            return nil
        }
        remaining -= 1
        switch node {
        case .scalar(let scalar):
            refuse(tag: scalar.tag, line: line, column: column)
            let quoted = scalar.style != .plain && scalar.style != .any
            return YAMLNode(line: line, column: column, content: .scalar(scalar.string, quoted: quoted))
        case .sequence(let sequence):
            refuse(tag: sequence.tag, line: line, column: column)
            return YAMLNode(line: line, column: column, content: .sequence(sequence.compactMap { convert($0, depth: depth + 1) }))
        case .mapping(let mapping):
            refuse(tag: mapping.tag, line: line, column: column)
            return YAMLNode(line: line, column: column, content: .mapping(members(of: mapping, depth: depth)))
        case .alias:
            issues.add(.error, line: line, column: column, "an alias that names nothing")
            return nil
        }
    }

    private mutating func members(of mapping: Node.Mapping, depth: Int) -> [(key: YAMLNode, value: YAMLNode)] {
        var members: [(key: YAMLNode, value: YAMLNode)] = []
        var lines: [String: Int] = [:]
        for (key, value) in mapping {
            guard case .scalar(let name) = key else {
                issues.add(.error, line: key.mark?.line ?? 1, column: key.mark?.column ?? 1, "a key must be a word")
                continue
            }
            guard let key = convert(key, depth: depth + 1), let value = convert(value, depth: depth + 1) else { continue }
            if name.string == "<<", !key.isQuoted {
                issues.error(key, "merge keys ('<<') are not supported", hint: "write the members out, or use an alias for the whole value")
            } else if let first = lines[name.string] {
                issues.error(key, DuplicateKeys.message(key: name.string, firstLine: first))
            } else {
                lines[name.string] = key.line
                members.append((key, value))
            }
        }
        return members
    }

    private mutating func refuse(tag: Tag, line: Int, column: Int) {
        let name = tag.rawValue
        // A quoted scalar carries the string tag; a plain one the empty tag or, after a comparison of keys, the string tag.
        let known = [Tag.Name.implicit.rawValue, Tag.Name.str.rawValue, Tag.Name.map.rawValue, Tag.Name.seq.rawValue]
        guard !known.contains(name) else { return }
        issues.add(.error, line: line, column: column, "tags ('\(name)') are not supported: every value is text")
    }
}
