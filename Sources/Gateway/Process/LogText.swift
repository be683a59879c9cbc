/// Text on its way into a log line: no byte of it can end the line or reach a terminal as a command.
package enum LogText {
    /// Adds `text` with control, formatting and separating characters as escapes.
    package static func append(_ text: String, to line: inout [UInt8]) {
        for scalar in text.unicodeScalars {
            if isPlain(scalar) {
                line += Array(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            } else if scalar == "\n" {
                line += Array("\\n".utf8)
            } else {
                line += Array("\\u{\(String(scalar.value, radix: 16))}".utf8)
            }
        }
    }

    /// Adds `text`, in quotes when it would otherwise not read as one word.
    package static func appendValue(_ text: String, to line: inout [UInt8]) {
        let isWord = !text.utf8.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "=") }
        guard !isWord else { return append(text, to: &line) }
        line.append(UInt8(ascii: "\""))
        for scalar in text.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { line.append(UInt8(ascii: "\\")) }
            append(String(scalar), to: &line)
        }
        line.append(UInt8(ascii: "\""))
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar.value < 0x20 || scalar.value >= 0x7f else { return true }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: return false
        default: return true
        }
    }
}
