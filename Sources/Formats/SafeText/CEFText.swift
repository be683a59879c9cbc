/// Text for the Common Event Format: the header escapes `\` and `|`, and by the standard nothing else, a value `\`, `=` and line ends.
///
/// What cannot be seen, or turns the text round, becomes a space in both.
package enum CEFText {
    /// A field of the header; line ends become spaces too.
    package static func header(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\", "|": bytes += [UInt8(ascii: "\\"), UInt8(truncatingIfNeeded: scalar.value)]
            default: bytes += UTF8.encode(scalar.isControl || scalar.isInvisible ? " " : scalar) ?? UTF8.encodedReplacementCharacter
            }
        }
        return bytes
    }

    /// A value of the extension; line feed and carriage return keep their meaning.
    package static func value(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\", "=": bytes += [UInt8(ascii: "\\"), UInt8(truncatingIfNeeded: scalar.value)]
            case "\n": bytes += "\\n".utf8
            case "\r": bytes += "\\r".utf8
            default: bytes += UTF8.encode(scalar.isControl || scalar.isInvisible ? " " : scalar) ?? UTF8.encodedReplacementCharacter
            }
        }
        return bytes
    }

    /// The first `length` scalars.
    static func prefix(_ text: String, _ length: Int) -> String {
        text.utf8.count <= length ? text : String(String.UnicodeScalarView(text.unicodeScalars.prefix(length)))
    }
}
