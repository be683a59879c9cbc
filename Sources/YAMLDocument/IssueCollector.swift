/// Gathers the issues of one file while it is read, so that a person sees all of them at once.
package struct IssueCollector: Sendable {
    /// The file as the person named it.
    package let file: String
    /// In the order in which they were found.
    package private(set) var found: [Issue] = []

    package init(file: String) { self.file = file }

    /// Adds an error at `node`; the file cannot be used.
    package mutating func error(_ node: YAMLNode, _ message: String, hint: String? = nil) {
        add(.error, line: node.line, column: node.column, message, hint: hint)
    }

    /// Adds a warning at `node`.
    package mutating func warning(_ node: YAMLNode, _ message: String, hint: String? = nil) {
        add(.warning, line: node.line, column: node.column, message, hint: hint)
    }

    /// Adds an issue at a place that no node marks.
    package mutating func add(_ severity: Issue.Severity, line: Int, column: Int, _ message: String, hint: String? = nil) {
        found.append(Issue(file: file, line: line, column: column, severity: severity, message: message, hint: hint))
    }

    /// Adds an error for a key that does not exist there, with the nearest of `known` as the hint, or all of them when none is near.
    package mutating func unknownKey(_ key: YAMLNode, known: [String]) {
        let word = key.scalar ?? ""
        error(key, "unknown key '\(word)'", hint: Self.hint(for: word, known: known))
    }

    /// Adds an error for a word outside the closed set `known`; `what` says what the word should have been.
    package mutating func unknownWord(_ node: YAMLNode, what: String, known: [String]) {
        let word = node.scalar ?? ""
        error(node, "unknown \(what) '\(word)'", hint: Self.hint(for: word, known: known))
    }

    /// Takes an error at `node` back that turned out to follow from another mistake.
    package mutating func withdraw(_ node: YAMLNode, _ message: String) {
        found.removeAll { $0.line == node.line && $0.column == node.column && $0.message == message }
    }

    /// Adds the issues of another file, or of another reading of this one.
    package mutating func merge(_ list: IssueList) { found += list.issues }

    /// How many errors were found so far.
    package var errorCount: Int { found.count { $0.severity == .error } }

    package var hasErrors: Bool { found.contains { $0.severity == .error } }

    /// Everything found: by file in the order of their first issues, then by line and column; an issue found twice stands once.
    package var list: IssueList {
        var files: [String] = []
        for issue in found where !files.contains(issue.file) { files.append(issue.file) }
        var sorted: [Issue] = []
        for file in files {
            let issues = found.filter { $0.file == file }.enumerated()
                .sorted { ($0.element.line, $0.element.column, $0.offset) < ($1.element.line, $1.element.column, $1.offset) }
            for (_, issue) in issues where !sorted.contains(issue) { sorted.append(issue) }
        }
        return IssueList(sorted)
    }

    /// Throws everything found when an error is among it.
    package func check() throws(IssueList) {
        if hasErrors { throw list }
    }

    private static func hint(for word: String, known: [String]) -> String {
        if let closest = Spelling.closest(to: word, in: known) { return "did you mean '\(closest)'?" }
        var listed: [String] = []
        for word in known where !listed.contains(word) { listed.append(word) }
        return "known: \(listed.joined(separator: ", "))"
    }
}
