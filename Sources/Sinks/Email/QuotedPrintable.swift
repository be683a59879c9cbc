/// The content-transfer-encoding quoted-printable (RFC 2045, section 6.7) of text.
enum QuotedPrintable {
    /// `text` in lines of at most 76 bytes, each ended by CR LF; line feeds in it are line ends.
    static func encode(_ text: String) -> [UInt8] {
        var encoded: [UInt8] = []
        encoded.reserveCapacity(text.utf8.count + text.utf8.count / 8)
        for line in text.utf8.split(separator: 0x0a, omittingEmptySubsequences: false) { append(line, to: &encoded) }
        return encoded
    }

    private static func append(_ line: Substring.UTF8View, to encoded: inout [UInt8]) {
        var width = 0
        for (index, byte) in zip(line.indices, line) {
            let isLast = line.index(after: index) == line.endIndex
            let isPlain = isPlain(byte, isLast: isLast)
            let size = isPlain ? 1 : 3
            // A soft break takes a column of its own unless the line ends here.
            if width + size > (isLast ? 76 : 75) {
                encoded += softBreak
                width = 0
            }
            if isPlain {
                encoded.append(byte)
            } else {
                encoded.append(UInt8(ascii: "="))
                encoded.append(digits[Int(byte >> 4)])
                encoded.append(digits[Int(byte & 15)])
            }
            width += size
        }
        encoded += [0x0d, 0x0a]
    }

    /// Whether the byte stands for itself: printable ASCII but `=`, and a space that is not at a line's end.
    private static func isPlain(_ byte: UInt8, isLast: Bool) -> Bool {
        switch byte {
        case UInt8(ascii: "="): false
        case 0x21...0x7e: true
        default: byte == 0x20 && !isLast
        }
    }

    private static let softBreak = [UInt8(ascii: "="), 0x0d, 0x0a]
    private static let digits = Array("0123456789ABCDEF".utf8)
}
