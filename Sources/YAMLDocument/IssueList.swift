/// Everything that is wrong with one or more files, in the order of their lines.
package struct IssueList: Error, Equatable, Sendable {
    package let issues: [Issue]

    package init(_ issues: [Issue]) { self.issues = issues }

    package var errors: [Issue] { issues.filter { $0.severity == .error } }
    package var warnings: [Issue] { issues.filter { $0.severity == .warning } }

    /// One issue a line.
    package var text: String { issues.map(\.text).joined(separator: "\n") }
}

extension IssueList: CustomStringConvertible {
    package var description: String { text }
}
