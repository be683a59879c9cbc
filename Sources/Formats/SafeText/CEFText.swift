/// Text for the Common Event Format: the header escapes `\` and `|`, a value `\`, `=` and line ends.
package enum CEFText {
    /// A field of the header; line ends and other controls become spaces.
    package static func header(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\", "|": bytes += [UInt8(ascii: "\\"), UInt8(truncatingIfNeeded: scalar.value)]
            default: bytes += UTF8.encode(scalar.isControl ? " " : scalar) ?? UTF8.encodedReplacementCharacter
            }
        }
        return bytes
    }

    /// A value of the extension; controls other than line feed and carriage return become spaces.
    package static func value(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\", "=": bytes += [UInt8(ascii: "\\"), UInt8(truncatingIfNeeded: scalar.value)]
            case "\n": bytes += "\\n".utf8
            case "\r": bytes += "\\r".utf8
            default: bytes += UTF8.encode(scalar.isControl ? " " : scalar) ?? UTF8.encodedReplacementCharacter
            }
        }
        return bytes
    }

    /// The first `length` scalars.
    static func prefix(_ text: String, _ length: Int) -> String {
        text.utf8.count <= length ? text : String(String.UnicodeScalarView(text.unicodeScalars.prefix(length)))
    }
}
