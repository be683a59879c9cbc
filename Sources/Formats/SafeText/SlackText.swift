/// Text for Slack's `mrkdwn` (https://docs.slack.dev/messaging/formatting-message-text).
package enum SlackText {
    /// The text as one line, as it reads: `&`, `<` and `>` are escaped, so that no link, mention or command begins; a word joiner (U+2060) behind `@`,
    /// `#` and the marks of formatting, which cannot be escaped, and before a `>` that would begin a quote, keeps them from taking effect; controls
    /// become spaces.
    ///
    /// - Parameter limit: Scalars of the result at most; a longer one is cut, with `…` at its end.
    package static func mrkdwn(_ text: String, limit: Int = .max) -> String {
        var result = String.UnicodeScalarView()
        var count = 0
        var isAtStart = true
        for scalar in text.unicodeScalars {
            let piece = piece(for: scalar, isAtStart: isAtStart)
            guard count + piece.count < limit else {
                result.append("…")
                break
            }
            result.append(contentsOf: piece)
            count += piece.count
            isAtStart = isAtStart && piece.first == " "
        }
        return String(result)
    }

    private static func piece(for scalar: Unicode.Scalar, isAtStart: Bool) -> String.UnicodeScalarView {
        switch scalar {
        case "&": "&amp;".unicodeScalars
        case "<": "&lt;".unicodeScalars
        // At a line's start the escaped sign would still begin a quote.
        case ">": (isAtStart ? "\u{2060}&gt;" : "&gt;").unicodeScalars
        case "@", "#", "*", "_", "~", "`", ":": String.UnicodeScalarView([scalar, "\u{2060}"])
        default: String.UnicodeScalarView([scalar.isControl ? " " : scalar])
        }
    }
}
