/// Text for HTML, in content and in quoted attribute values.
package enum HTMLText {
    /// Escapes what begins or ends markup (WHATWG HTML, section 13.3); controls other than tab and line feed become U+FFFD.
    package static func escape(_ text: String) -> String {
        text.mapScalars { scalar, result in
            switch scalar {
            case "&": result.append(contentsOf: "&amp;".unicodeScalars)
            case "<": result.append(contentsOf: "&lt;".unicodeScalars)
            case ">": result.append(contentsOf: "&gt;".unicodeScalars)
            case "\"": result.append(contentsOf: "&quot;".unicodeScalars)
            case "'": result.append(contentsOf: "&#39;".unicodeScalars)
            case "\t", "\n": result.append(scalar)
            default: result.append(scalar.isControl || scalar.properties.isNoncharacterCodePoint ? "\u{fffd}" : scalar)
            }
        }
    }
}
