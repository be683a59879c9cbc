import Yams

/// Finds every key that a mapping has twice, with both lines.
///
/// Yams refuses such a document and names only one place. So that place's key is given another name of the same length, and the document
/// is read again, until Yams takes it: then each new name stands beside the key that it had.
enum DuplicateKeys {
    static func message(key: String, firstLine: Int) -> String { "the key '\(key)' is already there on line \(firstLine)" }

    /// Adds an error for each repeated key of `text`, at the repetition.
    static func report(in text: String, into issues: inout IssueCollector) {
        var lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { Array($0) }
        var renamed: [String: String] = [:]
        for attempt in 0..<200 {
            do {
                guard let root = try YAMLDocument.composed(text: lines) else { return }
                var budget = YAMLDocument.nodeLimit
                collect(root, renamed: renamed, budget: &budget, into: &issues)
                return
            } catch .duplicatedKeysInMapping(let keys, let context) {
                let mark = context.mark
                guard let key = keys.first, let stand = Unicode.Scalar(0xE000 + UInt32(attempt)),
                    let length = tokenLength(of: key, at: mark, in: lines)
                else {
                    issues.add(.error, line: mark.line, column: mark.column, "a key of this mapping is there twice")
                    return
                }
                let name = [stand] + Array(repeating: "x", count: length - 1)
                lines[mark.line - 1].replaceSubrange(mark.column - 1..<mark.column - 1 + length, with: name)
                renamed[word(name)] = key
            } catch {
                issues.add(.error, line: 1, column: 1, "a key of some mapping is there twice")
                return
            }
        }
    }

    private static func collect(_ node: Node, renamed: [String: String], budget: inout Int, into issues: inout IssueCollector) {
        budget -= 1
        guard budget > 0 else { return }
        switch node {
        case .mapping(let mapping):
            var first: [String: Int] = [:]
            for (key, _) in mapping {
                guard let name = key.string else { continue }
                let original = renamed[name] ?? name
                let line = key.mark?.line ?? 1
                if let firstLine = first[original] {
                    issues.add(.error, line: line, column: key.mark?.column ?? 1, message(key: original, firstLine: firstLine))
                } else {
                    first[original] = line
                }
            }
            for (_, value) in mapping where value.scalar == nil { collect(value, renamed: renamed, budget: &budget, into: &issues) }
        case .sequence(let sequence):
            for item in sequence where item.scalar == nil { collect(item, renamed: renamed, budget: &budget, into: &issues) }
        case .scalar, .alias:
            break
        }
    }

    /// How many scalars the key takes at `mark`, quotes included; nothing when it is not written there in one plain piece.
    private static func tokenLength(of key: String, at mark: Mark, in lines: [[Unicode.Scalar]]) -> Int? {
        guard lines.indices.contains(mark.line - 1), mark.column >= 1 else { return nil }
        let rest = lines[mark.line - 1].dropFirst(mark.column - 1)
        let plain = Array(key.unicodeScalars)
        for quote in ["", "\"", "'"] {
            let token = Array(quote.unicodeScalars) + plain + Array(quote.unicodeScalars)
            if !token.isEmpty, rest.starts(with: token) { return token.count }
        }
        return nil
    }

    private static func word(_ scalars: [Unicode.Scalar]) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return String(text)
    }
}

extension YAMLDocument {
    fileprivate static func composed(text lines: [[Unicode.Scalar]]) throws(YamlError) -> Node? {
        var text = String.UnicodeScalarView()
        for line in lines {
            text.append(contentsOf: line)
            text.append("\n")
        }
        return try composed(String(text))
    }
}
