/// Text of vendors on its way to a terminal.
enum SafeText {
    /// `text` with every scalar that could move the cursor, hide or reorder text written as an escape.
    static func escaped(_ text: String) -> String {
        var safe = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": safe.append(contentsOf: "\\n".unicodeScalars)
            case "\r": safe.append(contentsOf: "\\r".unicodeScalars)
            case "\t": safe.append(contentsOf: "\\t".unicodeScalars)
            default:
                if isUnsafe(scalar) {
                    safe.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
                } else {
                    safe.append(scalar)
                }
            }
        }
        return String(safe)
    }

    /// Control characters, formatting ones (which hold the bidirectional overrides), line separators, and what is not assigned.
    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar.value < 0x20 || scalar.value >= 0x7f else { return false }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: return true
        default: return false
        }
    }

    /// Columns that a scalar takes on a terminal: none for marks, two for wide letters and pictures.
    static func width(_ scalar: Unicode.Scalar) -> Int {
        guard scalar.value >= 0x300 else { return 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return 0
        default: break
        }
        switch scalar.value {
        case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f, 0xff00...0xff60, 0xffe0...0xffe6,
            0x1f300...0x1f64f, 0x1f900...0x1f9ff, 0x20000...0x3fffd:
            return 2
        default: return 1
        }
    }

    static func width(_ text: String) -> Int { text.unicodeScalars.reduce(0) { $0 + width($1) } }

    /// `text` cut to `width` columns; a cut is shown by `…`.
    static func fitted(_ text: String, to width: Int) -> String {
        guard self.width(text) > width else { return text }
        var kept = String.UnicodeScalarView()
        var used = 1
        for scalar in text.unicodeScalars {
            used += self.width(scalar)
            guard used <= width else { break }
            kept.append(scalar)
        }
        return String(kept) + "…"
    }
}
