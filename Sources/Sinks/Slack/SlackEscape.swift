/// Text inside Slack's mrkdwn (https://docs.slack.dev/messaging/formatting-message-text).
enum SlackEscape {
    /// `text` on one line, as it reads: `&`, `<` and `>` are escaped, so that no link, mention or command begins; a zero-width space behind
    /// `@`, `#` and the marks of formatting keeps them from taking effect. Cut, with `…` at its end, so that the result has at most `limit` scalars.
    static func line(_ text: String, limit: Int) -> String {
        var escaped = String.UnicodeScalarView()
        var count = 0
        for scalar in AnswerText.line(Array(text.utf8.prefix(limit * 4)), limit: limit).unicodeScalars {
            let piece = piece(for: scalar)
            guard count + piece.count < limit else {
                escaped.append("…")
                break
            }
            escaped.append(contentsOf: piece)
            count += piece.count
        }
        return String(escaped)
    }

    private static func piece(for scalar: Unicode.Scalar) -> String.UnicodeScalarView {
        switch scalar {
        case "&": "&amp;".unicodeScalars
        case "<": "&lt;".unicodeScalars
        case ">": "&gt;".unicodeScalars
        case "@", "#", "*", "_", "~", "`", ":": String.UnicodeScalarView([scalar, "\u{200b}"])
        default: String.UnicodeScalarView([scalar])
        }
    }
}
