import Gateway
import YAMLDocument

/// Why a command could not do what was asked: exit code 1.
struct CommandFailure: Error {
    /// One sentence, or one line for each thing that is wrong with a file.
    let lines: [String]
    let hint: String?

    init(_ message: String, hint: String? = nil) {
        lines = ["weir: " + message]
        self.hint = hint
    }

    /// Why the gateway could not do something.
    init(_ error: GatewayError) { self.init(error.message, hint: error.hint) }

    /// Why a gateway cannot start, a line for each reason.
    init(_ errors: [GatewayError]) {
        lines = errors.map { error in "weir: " + error.message + (error.hint.map { " (hint: \($0))" } ?? "") }
        hint = nil
    }

    /// What is wrong with a configuration or a manifest.
    init(_ issues: IssueList) {
        lines = issues.issues.map(\.text)
        hint = nil
    }

    /// Writes the lines and the hint to standard error; control characters in them are escaped.
    func report() {
        for line in lines { StandardError.line(SafeText.escaped(line)) }
        if let hint { StandardError.line("hint: " + SafeText.escaped(hint)) }
    }
}
