import Yams

/// Reads YAML 1.1 as libYAML understands it, without giving any scalar a type.
package enum YAMLDocument {
    /// Nodes in one document, what aliases repeat included.
    package static let nodeLimit = 50_000
    /// Levels of lists and mappings.
    package static let depthLimit = 64
    /// Bytes of text.
    package static let sizeLimit = 4 << 20

    /// The one document in `text`; or what is wrong with it, each with its place in `file`.
    ///
    /// Anchors and aliases are followed. Merge keys, tags, keys that are no words, and keys written twice are errors.
    package static func parse(_ text: String, file: String) -> Result<YAMLNode, IssueList> {
        var issues = IssueCollector(file: file)
        let node = parse(text, issues: &issues)
        if let node, !issues.hasErrors { return .success(node) }
        return .failure(issues.list)
    }

    /// The document in `text` without what is wrong with it, which goes to `issues`: so that whoever reads on can say everything at once.
    ///
    /// - Returns: nothing when the text is not YAML at all; then an error says why.
    package static func parse(_ text: String, issues: inout IssueCollector) -> YAMLNode? {
        // YAML 1.2 section 5.2 lets a stream begin with a byte order mark.
        if text.unicodeScalars.first == "\u{feff}" { return parse(String(text.unicodeScalars.dropFirst()), issues: &issues) }
        guard text.utf8.count <= sizeLimit else {
            issues.add(.error, line: 1, column: 1, "the file is larger than \(sizeLimit >> 20) MiB")
            return nil
        }
        do {
            guard let root = try composed(text) else {
                issues.add(.error, line: 1, column: 1, "the file is empty")
                return nil
            }
            return NodeConverter.convert(root, issues: &issues)
        } catch .duplicatedKeysInMapping {
            guard let repaired = DuplicateKeys.repaired(text, issues: &issues) else { return nil }
            return NodeConverter.convert(repaired.root, renamed: repaired.renamed, issues: &issues)
        } catch {
            report(error, text: text, into: &issues)
            return nil
        }
    }

    /// libYAML's tree; the basic resolver spends nothing on guessing types.
    static func composed(_ text: String) throws(YamlError) -> Node? {
        do {
            return try Yams.compose(yaml: text, .basic, .default, .utf8)
        } catch let error as YamlError {
            throw error
        } catch {
            throw .representer(problem: "\(error)")
        }
    }

    private static func report(_ error: YamlError, text: String, into issues: inout IssueCollector) {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _), .composer(let context, let problem, let mark, _):
            let begin = context.map { ", \($0.text) that begins at line \($0.mark.line)" } ?? ""
            issues.add(.error, line: mark.line, column: mark.column, "not YAML: \(problem)\(begin)", hint: hint(for: problem))
        case .reader(let problem, let offset, _, _):
            let (line, column) = position(ofCharacter: offset ?? 0, in: text)
            issues.add(.error, line: line, column: column, "not YAML: \(problem)")
        default:
            issues.add(.error, line: 1, column: 1, "not YAML: \(error)")
        }
    }

    private static func hint(for problem: String) -> String? {
        if problem.contains("cannot start any token") { return "indent with spaces, and quote a word that begins with a special character" }
        if problem.contains("mapping values are not allowed") { return "quote a text that holds ': '" }
        return nil
    }

    /// Line and column of the `offset`th Character, which is how the reader counts.
    private static func position(ofCharacter offset: Int, in text: String) -> (line: Int, column: Int) {
        let end = text.index(text.startIndex, offsetBy: max(offset, 0), limitedBy: text.endIndex) ?? text.endIndex
        var line = 1, column = 1
        for scalar in text[..<end].unicodeScalars {
            if scalar == "\n" {
                line += 1
                column = 1
            } else {
                column += 1
            }
        }
        return (line, column)
    }
}
