import JSONDocument

/// Writes JSON for people to read and compare: two spaces a level, a line feed at the end.
package enum IndentedJSON {
    package static func text(_ value: JSONValue) -> String {
        var lines = ""
        write(value, indent: "", to: &lines)
        return lines + "\n"
    }

    private static func write(_ value: JSONValue, indent: String, to text: inout String) {
        let inner = indent + "  "
        switch value {
        case .object(let members) where !members.isEmpty:
            text += "{\n"
            for (index, member) in members.enumerated() {
                text += inner + compact(.string(member.name)) + ": "
                write(member.value, indent: inner, to: &text)
                text += index + 1 < members.count ? ",\n" : "\n"
            }
            text += indent + "}"
        case .array(let elements) where !elements.isEmpty:
            text += "[\n"
            for (index, element) in elements.enumerated() {
                text += inner
                write(element, indent: inner, to: &text)
                text += index + 1 < elements.count ? ",\n" : "\n"
            }
            text += indent + "]"
        default:
            text += compact(value)
        }
    }

    private static func compact(_ value: JSONValue) -> String { String(decoding: value.bytes, as: UTF8.self) }
}
