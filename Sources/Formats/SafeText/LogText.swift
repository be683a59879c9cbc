/// Text for a line of a log that people and line tools read.
package enum LogText {
    /// Escapes so that the text is one visible line and can be read back: `\\`, `\n`, `\r`, `\t`, and `\u{hex}` for other controls and for
    /// what is invisible or turns text round.
    package static func escape(_ text: String) -> String {
        text.mapScalars { scalar, result in
            switch scalar {
            case "\\": result.append(contentsOf: "\\\\".unicodeScalars)
            case "\n": result.append(contentsOf: "\\n".unicodeScalars)
            case "\r": result.append(contentsOf: "\\r".unicodeScalars)
            case "\t": result.append(contentsOf: "\\t".unicodeScalars)
            default:
                guard scalar.isControl || scalar.isInvisible else { return result.append(scalar) }
                result.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
            }
        }
    }
}
