/// Text for Slack's `mrkdwn` (https://docs.slack.dev/messaging/formatting-message-text).
///
/// The characters of emphasis and code (`*`, `_`, `~`, a backtick) cannot be escaped there. Text of vendors goes into `plain_text` objects
/// where Slack allows them, which need no escaping.
package enum SlackText {
    /// The text as one line without links, mentions or quotes: `&`, `<` and `>` are escaped, each `@` is followed by a word joiner
    /// (U+2060) so that it calls nobody, and controls become spaces.
    package static func mrkdwn(_ text: String) -> String {
        text.mapScalars { scalar, result in
            switch scalar {
            case "&": result.append(contentsOf: "&amp;".unicodeScalars)
            case "<": result.append(contentsOf: "&lt;".unicodeScalars)
            // At a line's start the escaped sign would still begin a quote.
            case ">":
                if result.allSatisfy({ $0 == " " }) { result.append("\u{2060}") }
                result.append(contentsOf: "&gt;".unicodeScalars)
            case "@": result.append(contentsOf: "@\u{2060}".unicodeScalars)
            default: result.append(scalar.isControl ? " " : scalar)
            }
        }
    }
}
