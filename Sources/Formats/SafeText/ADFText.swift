import JSONDocument

/// Text for the Atlassian Document Format (https://developer.atlassian.com/cloud/jira/platform/apis/document/structure).
package enum ADFText {
    /// Writes the text as inline nodes, elements of a paragraph's `content`: `text` nodes without marks, with a `hardBreak` for each line
    /// end; nothing for an empty text, because a text node must not be empty.
    ///
    /// Carriage returns before line feeds are dropped, other controls and noncharacters, which XML 1.0 has no place for, become U+FFFD.
    package static func writeInline(_ text: String, to writer: inout JSONWriter) {
        var line = String.UnicodeScalarView()
        var previous: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            defer { previous = scalar }
            switch scalar {
            case "\n" where previous == "\r": continue
            case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}":
                node(line, to: &writer)
                line = String.UnicodeScalarView()
                writer.beginObject()
                writer.key("type")
                writer.string("hardBreak")
                writer.endObject()
            case "\t": line.append(scalar)
            default: line.append(scalar.isControl || scalar.properties.isNoncharacterCodePoint ? "\u{fffd}" : scalar)
            }
        }
        node(line, to: &writer)
    }

    /// Writes a `paragraph` node with the text.
    package static func writeParagraph(_ text: String, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("type")
        writer.string("paragraph")
        writer.key("content")
        writer.beginArray()
        writeInline(text, to: &writer)
        writer.endArray()
        writer.endObject()
    }

    private static func node(_ text: String.UnicodeScalarView, to writer: inout JSONWriter) {
        guard !text.isEmpty else { return }
        writer.beginObject()
        writer.key("type")
        writer.string("text")
        writer.key("text")
        writer.string(String(text))
        writer.endObject()
    }
}
