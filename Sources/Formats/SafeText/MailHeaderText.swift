/// Text for the value of a mail header such as Subject.
package enum MailHeaderText {
    /// The value without the header's name and line end.
    ///
    /// Short printable ASCII stands as it is. Anything else becomes encoded words of at most 75 characters in UTF-8 and Q encoding,
    /// folded onto lines of their own (RFC 2047, sections 2 and 4.2; RFC 5322, section 2.2.3). Controls become spaces.
    package static func value(_ text: String) -> String {
        let line = text.mapScalars { $1.append($0.isControl ? " " : $0) }
        let isPlain = line.utf8.allSatisfy { (0x20...0x7e).contains($0) } && line.utf8.count <= 60
        // White space at the ends is lost by unfolding, and "=?" begins an encoded word.
        if isPlain, line.utf8.first != UInt8(ascii: " "), line.utf8.last != UInt8(ascii: " "), !hasEncodedWord(line) { return line }
        return words(line).joined(separator: "\r\n ")
    }

    private static func words(_ text: String) -> [String] {
        let begin = "=?UTF-8?Q?"
        let end = "?="
        var words: [String] = []
        var word = ""
        for scalar in text.unicodeScalars {
            let piece = encoded(scalar)
            // A scalar never spans two words (section 5).
            if begin.utf8.count + word.utf8.count + piece.utf8.count + end.utf8.count > 75 {
                words.append(begin + word + end)
                word = ""
            }
            word += piece
        }
        if !word.isEmpty { words.append(begin + word + end) }
        return words
    }

    /// Letters and digits as they are, a space as `_`, all else as `=` and two capital hex digits (section 4.2, and 5 (3), the strictest).
    private static func encoded(_ scalar: Unicode.Scalar) -> String {
        if scalar.isASCIIDigitOrLetter { return String(scalar) }
        if scalar == " " { return "_" }
        return String(scalar).utf8.map { "=" + ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
    }

    private static func hasEncodedWord(_ text: String) -> Bool {
        zip(text.utf8, text.utf8.dropFirst()).contains { $0 == UInt8(ascii: "=") && $1 == UInt8(ascii: "?") }
    }
}
