/// Text for syslog messages as RFC 5424 has them.
package enum SyslogText {
    /// A PARAM-VALUE between its quotation marks: `"`, `\` and `]` are escaped (section 6.3.3); controls become spaces.
    package static func parameter(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\", "]": bytes += [UInt8(ascii: "\\"), UInt8(truncatingIfNeeded: scalar.value)]
            default: bytes += UTF8.encode(scalar.isControl ? " " : scalar) ?? UTF8.encodedReplacementCharacter
            }
        }
        return bytes
    }

    /// A MSG in UTF-8 with its byte order mark (section 6.4); controls become spaces, so that a message is one line wherever it is kept.
    package static func message(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = [0xef, 0xbb, 0xbf]
        bytes.reserveCapacity(text.utf8.count + 3)
        for scalar in text.unicodeScalars { bytes += UTF8.encode(scalar.isControl ? " " : scalar) ?? UTF8.encodedReplacementCharacter }
        return bytes
    }

    /// A HOSTNAME, APP-NAME, PROCID or MSGID: at most `length` printable ASCII characters other than the space, `-` for none (section 6).
    package static func token(_ text: String, length: Int) -> [UInt8] {
        let bytes = text.utf8.lazy.filter { (0x21...0x7e).contains($0) }.prefix(length)
        return bytes.isEmpty ? [UInt8(ascii: "-")] : Array(bytes)
    }
}
