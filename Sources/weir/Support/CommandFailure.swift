import Gateway
import JSONDocument
import YAMLDocument

/// Why a command could not do what was asked.
struct CommandFailure: Error {
    /// One sentence, or one line for each thing that is wrong with a file.
    let lines: [String]
    let hint: String?
    /// The exit code: 1, or 3 when what was shown is not all, or nobody answered.
    var status: Int32 = 1

    init(_ message: String, hint: String? = nil, status: Int32 = 1) {
        lines = ["weir: " + message]
        self.hint = hint
        self.status = status
    }

    /// A name that none of `known` is.
    init(no what: String, _ name: String, known: [String]) {
        self.init("there is no \(what) '\(name)'", hint: Spelling.hint(name, known: known))
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

extension CommandFailure {
    /// Says on standard error what keeps the running gateway from all of its work, as it answered beside what was asked.
    static func warn(of answer: JSONValue) {
        for concern in answer["concerns"]?.arrayValue ?? [] {
            if let text = concern.stringValue { StandardError.line(SafeText.escaped("weir: warning: " + text)) }
        }
    }
}
