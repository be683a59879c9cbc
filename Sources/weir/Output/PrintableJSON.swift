/// JSON on its way to whoever may look at it on a terminal.
enum PrintableJSON {
    /// The same document with every character that shows nothing, or that changes how others are shown, as a `\u` escape: controls (of both
    /// blocks), directions, marks without width, line and paragraph separators, tags. They can stand only in strings.
    static func escaped(_ json: [UInt8]) -> [UInt8] {
        // ASCII is escaped in JSON already, but for DEL.
        guard json.contains(where: { $0 >= 0x7f }) else { return json }
        var shown: [UInt8] = []
        shown.reserveCapacity(json.count + 64)
        for scalar in String(decoding: json, as: UTF8.self).unicodeScalars {
            if isPlain(scalar) { shown += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter } else { append(scalar, to: &shown) }
        }
        return shown
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        // The newline after a document is none of its characters.
        guard scalar.value >= 0x7f else { return true }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: return false
        default: return true
        }
    }

    private static func append(_ scalar: Unicode.Scalar, to shown: inout [UInt8]) {
        for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
            let digits = Array(String(unit, radix: 16).utf8)
            shown += Array("\\u".utf8) + [UInt8](repeating: UInt8(ascii: "0"), count: 4 - digits.count) + digits
        }
    }
}
