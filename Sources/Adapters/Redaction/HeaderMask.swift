/// Masks the values of HTTP header lines inside text: a message that stands there as it was sent, in a Markdown fence, indented, quoted,
/// inside a string literal, or as arguments of a command.
struct HeaderMask: Sendable {
    /// In lower case.
    private let names: [[UInt8]]
    /// Whether a name begins with that byte.
    private let begins: [Bool]

    init(names: [String]) {
        let names = names.map { $0.utf8.map(\.lowercasedASCII) }
        self.names = names
        begins = (0..<256).map { byte in names.contains { $0.first == UInt8(byte).lowercasedASCII } }
    }

    /// `text` with the values masked; nothing when there was nothing to mask.
    func masked(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
        var output: [UInt8]?
        var copied = 0
        var index = 0
        let lineEnd: UInt8 = text.contains(0x0a) ? 0x0a : 0x0d
        while index < text.count {
            guard begins[Int(text[index])], let value = value(in: text, at: index, lineEnd: lineEnd) else {
                index += 1
                continue
            }
            if needsMask(text, value) {
                if output == nil {
                    output = []
                    output?.reserveCapacity(text.count)
                }
                output?.append(contentsOf: text[copied..<value.lowerBound])
                output?.append(contentsOf: RedactionMark.removed.bytes)
                copied = value.upperBound
            }
            index = max(value.upperBound, index + 1)
        }
        output?.append(contentsOf: text[copied...])
        return output
    }

    /// What stands before a header's name, and so where its value ends.
    private enum Opening {
        case line
        /// A line of a string literal, begun by `\n` or `\r` in two characters.
        case escapedLine
        case quote(UInt8)
    }

    /// Where the value is, without the blanks before it, if the name of a header begins at `index`.
    private func value(in text: UnsafeRawBufferPointer, at index: Int, lineEnd: UInt8) -> Range<Int>? {
        for name in names where text.count - index > name.count {
            guard zip(text[index..<(index + name.count)], name).allSatisfy({ $0.lowercasedASCII == $1 }) else { continue }
            var colon = index + name.count
            while colon < text.count, text[colon] == 0x20 || text[colon] == 0x09 { colon += 1 }
            guard colon < text.count, text[colon] == UInt8(ascii: ":"), let opening = opening(in: text, before: index) else { continue }
            var start = colon + 1
            while start < text.count, text[start] == 0x20 || text[start] == 0x09 { start += 1 }
            return start..<max(start, end(in: text, from: start, opening: opening, lineEnd: lineEnd))
        }
        return nil
    }

    /// Only what can stand before a header at the beginning of a line: blanks, and Markdown's `>`, `` ` ``, `*`, `-`, `|`, `#`, `~`.
    private func opening(in text: UnsafeRawBufferPointer, before index: Int) -> Opening? {
        var position = index
        var quote: UInt8?
        while position > 0 {
            let byte = text[position - 1]
            switch byte {
            case 0x0a, 0x0d:
                return .line
            case UInt8(ascii: "n"), UInt8(ascii: "r"):
                guard position > 1, text[position - 2] == UInt8(ascii: "\\") else { return quote.map { .quote($0) } }
                return .escapedLine
            case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"):
                if position == index { quote = byte }
            case 0x20, 0x09, UInt8(ascii: ">"), UInt8(ascii: "*"), UInt8(ascii: "-"), UInt8(ascii: "|"), UInt8(ascii: "#"), UInt8(ascii: "~"):
                break
            default:
                return quote.map { .quote($0) }
            }
            position -= 1
        }
        return .line
    }

    /// Where the value ends: with its line and the lines that continue it, or with the quote around it.
    private func end(in text: UnsafeRawBufferPointer, from start: Int, opening: Opening, lineEnd: UInt8) -> Int {
        var position = start
        while position < text.count {
            let byte = text[position]
            if byte == lineEnd, !continues(text, after: position) {
                return position > start && text[position - 1] == 0x0d ? position - 1 : position
            }
            switch opening {
            case .line:
                break
            case .escapedLine:
                if byte == UInt8(ascii: "\\"), position + 1 < text.count, text[position + 1] == UInt8(ascii: "n") || text[position + 1] == UInt8(ascii: "r") {
                    return position
                }
            case .quote(let quote):
                if byte == quote { return position }
                // An escaped quote does not end the text.
                if byte == UInt8(ascii: "\\") { position += 1 }
            }
            position += 1
        }
        return text.count
    }

    /// Whether the next line begins with a blank and has more: an old way to fold a long header (RFC 9112 section 5.2).
    private func continues(_ text: UnsafeRawBufferPointer, after lineEnd: Int) -> Bool {
        var next = lineEnd + 1
        guard next < text.count, text[next] == 0x20 || text[next] == 0x09 else { return false }
        while next < text.count, text[next] == 0x20 || text[next] == 0x09 { next += 1 }
        return next < text.count && text[next] != 0x0a && text[next] != 0x0d
    }

    private func needsMask(_ text: UnsafeRawBufferPointer, _ value: Range<Int>) -> Bool {
        !value.isEmpty && !text[value].elementsEqual(RedactionMark.removed.bytes)
    }
}
