/// Text for a field of a CSV file (RFC 4180) that spreadsheets open.
package enum CSVText {
    /// The field with its quotation marks.
    ///
    /// A text that a spreadsheet would take for a formula gets a leading `'`, which it shows as nothing: those that begin with `=`, `+`,
    /// `-`, `@`, a tab or a carriage return, also after white space. NUL becomes U+FFFD.
    package static func field(_ text: String) -> String {
        let first = text.unicodeScalars.first { !$0.properties.isWhitespace || $0 == "\t" || $0 == "\r" }
        let escaped = text.mapScalars { scalar, result in
            switch scalar {
            case "\"": result.append(contentsOf: "\"\"".unicodeScalars)
            case "\0": result.append("\u{fffd}")
            default: result.append(scalar)
            }
        }
        return "\"" + (isFormula(first) ? "'" : "") + escaped + "\""
    }

    private static func isFormula(_ scalar: Unicode.Scalar?) -> Bool {
        switch scalar {
        case "=", "+", "-", "@", "\t", "\r": true
        default: false
        }
    }
}
