/// One thing that is wrong, or doubtful, at one place of a file that a person wrote.
package struct Issue: Equatable, Sendable {
    /// Whether the file can be used.
    package enum Severity: String, Sendable {
        case error, warning
    }

    /// The file as the person named it.
    package var file: String
    /// From 1.
    package var line: Int
    /// From 1, in Unicode scalars.
    package var column: Int
    package var severity: Severity
    /// One sentence without a full stop.
    package var message: String
    /// What to do about it, where that is known.
    package var hint: String?

    package init(file: String, line: Int, column: Int, severity: Severity = .error, message: String, hint: String? = nil) {
        self.file = file
        self.line = line
        self.column = column
        self.severity = severity
        self.message = message
        self.hint = hint
    }

    /// `file:line:column: error: message (hint: …)`, the form that editors can jump to.
    package var text: String {
        "\(file):\(line):\(column): \(severity.rawValue): \(message)" + (hint.map { " (hint: \($0))" } ?? "")
    }
}
