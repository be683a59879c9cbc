import JSONDocument

/// Nodes of the Atlassian Document Format (https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/).
///
/// Text is only ever the text of a text node, which has no markup: no vendor's text can become a mention, a link or a macro.
enum ADF {
    static func document(_ blocks: [JSONValue]) -> JSONValue {
        .members([("type", .string("doc")), ("version", .integer(1)), ("content", .array(blocks))])
    }

    /// A document that says `text`, a paragraph a line.
    static func document(text: String) -> JSONValue { document([paragraph(text)]) }

    /// A paragraph whose lines are kept apart by breaks.
    static func paragraph(_ text: String) -> JSONValue { node("paragraph", inline(text)) }

    static func heading(_ text: String, level: Int = 3) -> JSONValue {
        .members([("type", .string("heading")), ("attrs", .members([("level", .integer(level))])), ("content", .array(inline(text)))])
    }

    static func bullets(_ items: [String]) -> JSONValue { node("bulletList", items.map { node("listItem", [paragraph($0)]) }) }

    static func table(header: [String], rows: [[String]]) -> JSONValue {
        let first = node("tableRow", header.map { node("tableHeader", [paragraph($0)]) })
        return node("table", [first] + rows.map { row in node("tableRow", row.map { node("tableCell", [paragraph($0)]) }) })
    }

    private static func node(_ type: String, _ content: [JSONValue]) -> JSONValue {
        .members([("type", .string(type)), ("content", .array(content))])
    }

    /// Text nodes with breaks between lines; an empty text node is not allowed.
    private static func inline(_ text: String) -> [JSONValue] {
        var nodes: [JSONValue] = []
        for (index, line) in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            if index > 0 { nodes.append(.members([("type", .string("hardBreak"))])) }
            guard !line.isEmpty else { continue }
            nodes.append(.members([("type", .string("text")), ("text", .string(String(decoding: line, as: UTF8.self)))]))
        }
        return nodes
    }
}
