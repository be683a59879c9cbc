import FindingModel
import Glibc
import JSONDocument

/// Checks a document against ECS's own list of fields; what stands under `weir` is ours.
enum ECSCheck {
    static func issues(_ document: JSONValue) -> [String] {
        var issues: [String] = []
        walk(document, "", &issues)
        if document["event"]?["category"] != nil {
            let allowed = Standard.ecs["fields"]?["event.category"]?["allowed"]
            for category in document["event"]?["category"]?.arrayValue ?? [] {
                let expected = allowed?[category.stringValue ?? ""]?.arrayValue ?? []
                for type in document["event"]?["type"]?.arrayValue ?? [] where !expected.contains(type) {
                    issues.append("event.type does not fit its category")
                }
            }
        }
        return issues
    }

    private static func walk(_ value: JSONValue, _ path: String, _ issues: inout [String]) {
        if case .object(let members) = value {
            for member in members where !(path.isEmpty && member.name == "weir") {
                walk(member.value, path.isEmpty ? member.name : "\(path).\(member.name)", &issues)
            }
            return
        }
        guard let field = Standard.ecs["fields"]?[path] else { return issues.append("\(path) is no field of ECS") }
        let isArray = if case .array = value { true } else { false }
        if isArray != (field["array"] == .bool(true)) { issues.append("\(path): \(isArray ? "is" : "is not") an array") }
        for item in value.arrayValue ?? [value] {
            if !fits(item, field["type"]?.stringValue ?? "") { issues.append("\(path) has another type") }
            if let allowed = field["allowed"], allowed[item.stringValue ?? ""] == nil { issues.append("\(path): \(item) is not allowed") }
        }
    }

    private static func fits(_ value: JSONValue, _ type: String) -> Bool {
        switch type {
        case "keyword", "wildcard", "match_only_text": value.stringValue != nil
        case "date": value.stringValue.flatMap { Timestamp(rfc3339: $0.utf8) } != nil
        case "long": value.integerValue != nil
        case "float": if case .number(let digits) = value { Float(digits)?.isFinite ?? false } else { false }
        case "ip": value.stringValue.map(isAddress) ?? false
        default: false
        }
    }

    private static func isAddress(_ text: String) -> Bool {
        var address = in6_addr()
        return !text.utf8.contains(0) && (inet_pton(AF_INET, text, &address) == 1 || inet_pton(AF_INET6, text, &address) == 1)
    }
}
