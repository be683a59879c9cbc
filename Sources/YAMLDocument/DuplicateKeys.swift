import Yams

/// Reads a document in which some mapping has a key twice, so that each of them can be named with both lines.
///
/// Yams refuses such a document and names only one place. So that place's key is given another name of the same length, and the document
/// is read again, until Yams takes it: then each new name stands beside the key that it had.
enum DuplicateKeys {
    /// A document that Yams took, and the keys that the new names in it stand for.
    struct Repaired {
        var root: Node
        var renamed: [String: String]
    }

    static func message(key: String, firstLine: Int) -> String { "the key '\(key)' is already there on line \(firstLine)" }

    /// The document `text`; nothing, and an error, when it cannot be repaired.
    static func repaired(_ text: String, issues: inout IssueCollector) -> Repaired? {
        var lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { Array($0) }
        var renamed: [String: String] = [:]
        for attempt in 0..<200 {
            do {
                return try YAMLDocument.composed(text: lines).map { Repaired(root: $0, renamed: renamed) }
            } catch .duplicatedKeysInMapping(let keys, let context) {
                let mark = context.mark
                guard let key = keys.first, let stand = Unicode.Scalar(0xE000 + UInt32(attempt)),
                    let length = tokenLength(of: key, at: mark, in: lines)
                else {
                    issues.add(.error, line: mark.line, column: mark.column, "a key of this mapping is there twice")
                    return nil
                }
                let name = [stand] + Array(repeating: "x", count: length - 1)
                lines[mark.line - 1].replaceSubrange(mark.column - 1..<mark.column - 1 + length, with: name)
                renamed[word(name)] = key
            } catch {
                issues.add(.error, line: 1, column: 1, "a key of some mapping is there twice")
                return nil
            }
        }
        issues.add(.error, line: 1, column: 1, "more than 200 keys are there twice")
        return nil
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
