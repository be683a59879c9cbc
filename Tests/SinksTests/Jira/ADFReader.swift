import JSONDocument

/// Reads Atlassian documents as strictly as Jira does: only nodes and members that it knows
/// (https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/).
enum ADFReader {
    /// What each node may hold.
    private static let children: [String: Set<String>] = [
        "doc": ["paragraph", "heading", "bulletList", "table"], "paragraph": ["text", "hardBreak"], "heading": ["text", "hardBreak"],
        "bulletList": ["listItem"], "listItem": ["paragraph"], "table": ["tableRow"], "tableRow": ["tableHeader", "tableCell"],
        "tableHeader": ["paragraph"], "tableCell": ["paragraph"],
    ]

    static func isDocument(_ value: JSONValue?) -> Bool {
        guard let value, value["type"]?.stringValue == "doc", value["version"]?.integerValue == 1 else { return false }
        return isNode(value)
    }

    /// The document's text: a line for each paragraph, heading and break.
    static func text(_ value: JSONValue?) -> String {
        guard let value else { return "" }
        switch value["type"]?.stringValue {
        case "text": return value["text"]?.stringValue ?? ""
        case "hardBreak": return "\n"
        case "paragraph", "heading": return (value["content"]?.arrayValue ?? []).map { text($0) }.joined() + "\n"
        default: return (value["content"]?.arrayValue ?? []).map { text($0) }.joined()
        }
    }

    private static func isNode(_ node: JSONValue) -> Bool {
        guard let type = node["type"]?.stringValue else { return false }
        let names = Set(node.objectValue?.map(\.name) ?? [])
        switch type {
        case "text":
            guard names == ["type", "text"], let text = node["text"]?.stringValue else { return false }
            return !text.isEmpty && !text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\t" }
        case "hardBreak": return names == ["type"]
        default:
            guard let allowed = children[type], let content = node["content"]?.arrayValue,
                names.isSubset(of: ["type", "content", "version", "attrs"]),
                node["attrs"] == nil || type == "heading"
            else { return false }
            if ["bulletList", "listItem", "table", "tableRow"].contains(type), content.isEmpty { return false }
            return content.allSatisfy { child in allowed.contains(child["type"]?.stringValue ?? "") && isNode(child) }
        }
    }
}
