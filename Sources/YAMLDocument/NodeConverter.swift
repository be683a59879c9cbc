import Yams

/// Turns libYAML's tree into nodes, counting them as a reader of the file would meet them: what an alias repeats counts again.
struct NodeConverter {
    private var issues: IssueCollector
    /// Keys by the names that stand for them where they are there again.
    private let renamed: [String: String]
    private var remaining = YAMLDocument.nodeLimit
    private var tooLarge = false

    /// The node for `root`, without what cannot be used, about which errors are added; nothing when nothing is left.
    static func convert(_ root: Node, renamed: [String: String] = [:], issues: inout IssueCollector) -> YAMLNode? {
        var converter = NodeConverter(issues: issues, renamed: renamed)
        defer { issues = converter.issues }
        let node = converter.convert(root, depth: 0)
        return converter.tooLarge ? nil : node
    }

    /// The node for `node`, or nothing after the limit was reached or where nothing sensible stands; then an error was added.
    private mutating func convert(_ node: Node, depth: Int) -> YAMLNode? {
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
            guard var key = convert(key, depth: depth + 1), let value = convert(value, depth: depth + 1) else { continue }
            let word = renamed[name.string] ?? name.string
            key = YAMLNode(line: key.line, column: key.column, content: .scalar(word, quoted: key.isQuoted))
            if word == "<<", !key.isQuoted {
                issues.error(key, "merge keys ('<<') are not supported", hint: "write the members out, or use an alias for the whole value")
            } else if let first = lines[word] {
                issues.error(key, DuplicateKeys.message(key: word, firstLine: first))
            } else {
                lines[word] = key.line
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
