/// Readers of what the escapers write, from the formats' rules alone.
enum TextReaders {
    /// Scalars of HTML text with the five named references and decimal ones.
    static func html(_ text: String) -> [Unicode.Scalar] {
        let names: [(String, Unicode.Scalar)] = [("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'")]
        var result: [Unicode.Scalar] = []
        var rest = Array(text.unicodeScalars)[...]
        while let scalar = rest.first {
            if scalar == "&", let (name, meant) = names.first(where: { rest.starts(with: $0.0.unicodeScalars) }) {
                result.append(meant)
                rest = rest.dropFirst(name.unicodeScalars.count)
            } else {
                result.append(scalar)
                rest = rest.dropFirst()
            }
        }
        return result
    }

    /// Parameters of one SD-ELEMENT (RFC 5424, section 6.3); nothing when it ends too early or too late.
    static func structuredData(_ bytes: [UInt8]) -> [(name: String, value: String)]? {
        var rest = bytes[...]
        guard rest.popFirst() == UInt8(ascii: "["), let space = rest.firstIndex(of: UInt8(ascii: " ")) else { return nil }
        rest = rest[space...]
        var parameters: [(String, String)] = []
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "]") { return rest.isEmpty ? parameters : nil }
            guard byte == UInt8(ascii: " "), let sign = rest.firstIndex(of: UInt8(ascii: "=")) else { return nil }
            let name = rest[..<sign]
            rest = rest[(sign + 1)...]
            guard rest.popFirst() == UInt8(ascii: "\"") else { return nil }
            var value: [UInt8] = []
            while let byte = rest.popFirst(), byte != UInt8(ascii: "\"") {
                if byte == UInt8(ascii: "\\"), let next = rest.first, "\"\\]".utf8.contains(next) {
                    value.append(next)
                    rest = rest.dropFirst()
                } else if byte == UInt8(ascii: "]") {
                    return nil
                } else {
                    value.append(byte)
                }
            }
            parameters.append((String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self)))
        }
        return nil
    }

    /// The text cut at carriage return and line feed.
    static func lines(_ text: String) -> [String] {
        var lines: [[UInt8]] = [[]]
        var previous: UInt8 = 0
        for byte in text.utf8 {
            if byte == 0x0a, previous == 0x0d {
                lines[lines.count - 1].removeLast()
                lines.append([])
            } else {
                lines[lines.count - 1].append(byte)
            }
            previous = byte
        }
        return lines.map { String(decoding: $0, as: UTF8.self) }
    }

    /// The value that encoded words stand for (RFC 2047); nothing when some do not hold whole characters or are too long.
    static func encodedWords(_ value: String) -> [Unicode.Scalar]? {
        let words = lines(value).enumerated().map { $0.offset == 0 ? $0.element : String($0.element.dropFirst()) }
        guard value.utf8.starts(with: "=?UTF-8?Q?".utf8) else { return words.count == 1 ? Array(value.unicodeScalars) : nil }
        var result: [Unicode.Scalar] = []
        for word in words {
            guard word.utf8.count <= 75, word.utf8.starts(with: "=?UTF-8?Q?".utf8), Array(word.utf8.suffix(2)) == Array("?=".utf8) else { return nil }
            var bytes: [UInt8] = []
            var rest = Array(word.utf8.dropFirst(10).dropLast(2))[...]
            while let byte = rest.popFirst() {
                switch byte {
                case UInt8(ascii: "_"): bytes.append(0x20)
                case UInt8(ascii: "="):
                    guard let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else { return nil }
                    bytes.append(code)
                    rest = rest.dropFirst(2)
                case UInt8(ascii: "?"), UInt8(ascii: " "): return nil
                default: bytes.append(byte)
                }
            }
            guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
            result += text.unicodeScalars
        }
        return result
    }

    /// Scalars of an escaped line of a log.
    static func log(_ line: String) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        var rest = Array(line.unicodeScalars)[...]
        while let scalar = rest.popFirst() {
            guard scalar == "\\", let next = rest.popFirst() else {
                result.append(scalar)
                continue
            }
            switch next {
            case "n": result.append("\n")
            case "r": result.append("\r")
            case "t": result.append("\t")
            case "u":
                let digits = rest.dropFirst().prefix { $0 != "}" }
                if let value = UInt32(String(String.UnicodeScalarView(digits)), radix: 16), let scalar = Unicode.Scalar(value) { result.append(scalar) }
                rest = rest.dropFirst(digits.count + 2)
            default: result.append(next)
            }
        }
        return result
    }

    /// Fields of one record (RFC 4180); nothing when a quotation mark stands where none may.
    static func csv(_ text: String) -> [[Unicode.Scalar]]? {
        var fields: [[Unicode.Scalar]] = []
        var rest = Array(text.unicodeScalars)[...]
        while rest.popFirst() == "\"" {
            var field: [Unicode.Scalar] = []
            while let scalar = rest.popFirst() {
                if scalar != "\"" {
                    field.append(scalar)
                } else if rest.first == "\"" {
                    field.append("\"")
                    rest = rest.dropFirst()
                } else {
                    break
                }
            }
            fields.append(field)
            guard let separator = rest.popFirst() else { return fields }
            guard separator == "," else { return nil }
        }
        return nil
    }

    /// What a document must show for the text: line ends as line feeds, other controls as U+FFFD.
    static func adfLines(_ text: String) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        var previous: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            defer { previous = scalar }
            if scalar == "\n", previous == "\r" { continue }
            switch scalar.value {
            case 0x0a, 0x0d, 0x85, 0x2028, 0x2029: result.append("\n")
            case 0x09: result.append(scalar)
            case 0..<0x20, 0x7f..<0xa0, 0xfffe: result.append("\u{fffd}")
            default: result.append(scalar)
            }
        }
        return result
    }
}
