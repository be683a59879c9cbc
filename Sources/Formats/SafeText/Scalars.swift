extension Unicode.Scalar {
    /// Whether the scalar moves, ends or hides text instead of being part of it: C0 and C1 controls, DEL, line and paragraph separators.
    var isControl: Bool {
        switch value {
        case 0..<0x20, 0x7f..<0xa0, 0x2028, 0x2029: true
        default: false
        }
    }

    /// Whether the scalar is invisible or turns the direction of what follows (Unicode's general category Cf, and noncharacters).
    var isInvisible: Bool {
        switch properties.generalCategory {
        case .format: true
        case .unassigned: properties.isNoncharacterCodePoint
        default: false
        }
    }

    var isASCIIDigitOrLetter: Bool {
        switch value {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
        default: false
        }
    }
}

extension String {
    /// The text with each scalar replaced; an escaper looks at scalars because a Character can hide a delimiter: `"\r\n"` is one, and so
    /// is a quotation mark followed by a combining accent.
    func mapScalars(_ replace: (Unicode.Scalar, inout String.UnicodeScalarView) -> Void) -> String {
        var result = String.UnicodeScalarView()
        for scalar in unicodeScalars { replace(scalar, &result) }
        return String(result)
    }
}
