import JSONDocument

/// JSON for people: a member a line, short lists on one.
enum PrettyJSON {
    static func text(_ value: JSONValue) -> String {
        var lines: [String] = []
        append(value, prefix: "", indent: 0, suffix: "", to: &lines)
        return lines.joined(separator: "\n")
    }

    private static func append(_ value: JSONValue, prefix: String, indent: Int, suffix: String, to lines: inout [String]) {
        let space = String(repeating: "  ", count: indent)
        let compact = SafeText.escaped(String(decoding: value.bytes, as: UTF8.self))
        switch value {
        case .object(let members) where !members.isEmpty && space.utf8.count + prefix.utf8.count + compact.utf8.count > 100:
            lines.append(space + prefix + "{")
            for (index, member) in members.enumerated() {
                let name = SafeText.escaped(String(decoding: JSONValue.string(member.name).bytes, as: UTF8.self))
                append(member.value, prefix: name + ": ", indent: indent + 1, suffix: index == members.count - 1 ? "" : ",", to: &lines)
            }
            lines.append(space + "}" + suffix)
        case .array(let items) where !items.isEmpty && space.utf8.count + prefix.utf8.count + compact.utf8.count > 100:
            lines.append(space + prefix + "[")
            for (index, item) in items.enumerated() {
                append(item, prefix: "", indent: indent + 1, suffix: index == items.count - 1 ? "" : ",", to: &lines)
            }
            lines.append(space + "]" + suffix)
        default:
            lines.append(space + prefix + compact + suffix)
        }
    }
}
