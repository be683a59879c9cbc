import JSONDocument

/// Nodes of the Atlassian Document Format (https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/).
///
/// Text is only ever the text of a text node, which has no markup: no vendor's text can become a mention, a link or a macro.
package enum ADFText {
    package static func document(_ blocks: [JSONValue]) -> JSONValue {
        object([("type", .string("doc")), ("version", .number("1")), ("content", .array(blocks))])
    }

    /// A document of one paragraph that says `text`.
    package static func document(text: String) -> JSONValue { document([paragraph(text)]) }

    /// A paragraph whose lines are kept apart by breaks.
    package static func paragraph(_ text: String) -> JSONValue { node("paragraph", inline(text)) }

    package static func heading(_ text: String, level: Int = 3) -> JSONValue {
        object([("type", .string("heading")), ("attrs", object([("level", .number(String(level)))])), ("content", .array(inline(text)))])
    }

    package static func bullets(_ items: [String]) -> JSONValue { node("bulletList", items.map { node("listItem", [paragraph($0)]) }) }

    package static func table(header: [String], rows: [[String]]) -> JSONValue {
        let first = node("tableRow", header.map { node("tableHeader", [paragraph($0)]) })
        return node("table", [first] + rows.map { row in node("tableRow", row.map { node("tableCell", [paragraph($0)]) }) })
    }

    private static func node(_ type: String, _ content: [JSONValue]) -> JSONValue {
        object([("type", .string(type)), ("content", .array(content))])
    }

    private static func object(_ members: [(name: String, value: JSONValue)]) -> JSONValue {
        .object(members.map { JSONMember(name: $0.name, value: $0.value) })
    }

    /// `text` nodes without marks, with a `hardBreak` for each line end; nothing for an empty text, because a text node must not be empty.
    ///
    /// Carriage returns before line feeds are dropped, other controls and noncharacters, which XML 1.0 has no place for, become U+FFFD.
    private static func inline(_ text: String) -> [JSONValue] {
        var nodes: [JSONValue] = []
        var line = String.UnicodeScalarView()
        func endLine() {
            if !line.isEmpty { nodes.append(object([("type", .string("text")), ("text", .string(String(line)))])) }
            line = String.UnicodeScalarView()
        }
        var previous: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            defer { previous = scalar }
            switch scalar {
            case "\n" where previous == "\r": continue
            case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}":
                endLine()
                nodes.append(object([("type", .string("hardBreak"))]))
            case "\t": line.append(scalar)
            default: line.append(scalar.isControl || scalar.properties.isNoncharacterCodePoint ? "\u{fffd}" : scalar)
            }
        }
        endLine()
        return nodes
    }
}
