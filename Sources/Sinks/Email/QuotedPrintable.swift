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
            let piece = piece(byte, isLast: isLast)
            // A soft break takes a column of its own unless the line ends here.
            if width + piece.count > (isLast ? 76 : 75) {
                encoded += [UInt8(ascii: "="), 0x0d, 0x0a]
                width = 0
            }
            encoded += piece
            width += piece.count
        }
        encoded += [0x0d, 0x0a]
    }

    /// Printable ASCII as it is, white space at a line's end and all else as `=` and two capital hex digits.
    private static func piece(_ byte: UInt8, isLast: Bool) -> [UInt8] {
        switch byte {
        case UInt8(ascii: "="): break
        case 0x21...0x7e: return [byte]
        case 0x20 where !isLast: return [byte]
        default: break
        }
        return [UInt8(ascii: "="), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }

    private static let digits = Array("0123456789ABCDEF".utf8)
}
