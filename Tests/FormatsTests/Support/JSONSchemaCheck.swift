import Foundation
import JSONDocument

/// A validator of the part of JSON Schema 2020-12 that the schemas use; a keyword it does not know is an issue.
struct JSONSchemaCheck {
    private let root: JSONValue
    private let others: [String: JSONValue]

    init(root: JSONValue, others: [JSONValue] = []) {
        self.root = root
        self.others = Dictionary(others.compactMap { schema in schema["$id"]?.stringValue.map { ($0, schema) } }, uniquingKeysWith: { first, _ in first })
    }

    /// What is wrong with `value` by the root, or by one of its definitions.
    func issues(_ value: JSONValue, definition: String? = nil) -> [String] {
        guard let schema = definition.map({ root["$defs"]?[$0] ?? .null }) ?? Optional(root), case .object = schema else { return ["there is no schema"] }
        var issues: [String] = []
        check(value, schema, in: root, at: "$", &issues)
        return issues
    }

    private func isValid(_ value: JSONValue, _ schema: JSONValue, in document: JSONValue) -> Bool {
        var issues: [String] = []
        check(value, schema, in: document, at: "", &issues)
        return issues.isEmpty
    }

    private func check(_ value: JSONValue, _ schema: JSONValue, in document: JSONValue, at place: String, _ issues: inout [String]) {
        for keyword in schema.objectValue ?? [] {
            let argument = keyword.value
            func breach(_ isBroken: Bool) {
                if isBroken { issues.append("\(place): \(keyword.name)") }
            }
            switch keyword.name {
            case "$ref": checkReference(value, argument.stringValue ?? "", in: document, at: place, &issues)
            case "type": breach(!(argument.arrayValue ?? [argument]).contains { Self.hasType(value, $0.stringValue ?? "") })
            case "const": breach(value != argument)
            case "enum": breach(!(argument.arrayValue ?? []).contains(value))
            case "pattern": if let text = value.stringValue { breach(text.range(of: argument.stringValue ?? "", options: .regularExpression) == nil) }
            case "maxLength": if let text = value.stringValue { breach(text.unicodeScalars.count > Int(argument.integerValue ?? 0)) }
            case "minLength": if let text = value.stringValue { breach(text.unicodeScalars.count < Int(argument.integerValue ?? 0)) }
            case "minimum": breach(Self.number(value).map { $0 < Self.number(argument) ?? 0 } ?? false)
            case "maximum": breach(Self.number(value).map { $0 > Self.number(argument) ?? 0 } ?? false)
            case "minItems": if let items = value.arrayValue { breach(items.count < Int(argument.integerValue ?? 0)) }
            case "required":
                guard let members = value.objectValue else { continue }
                breach((argument.arrayValue ?? []).contains { name in !members.contains { $0.name == name.stringValue } })
            case "properties":
                for member in value.objectValue ?? [] {
                    if let inner = argument[member.name] { check(member.value, inner, in: document, at: "\(place).\(member.name)", &issues) }
                }
            case "additionalProperties":
                for member in value.objectValue ?? [] where schema["properties"]?[member.name] == nil {
                    if argument == .bool(false) { issues.append("\(place).\(member.name): no such member") }
                    if case .object = argument { check(member.value, argument, in: document, at: "\(place).\(member.name)", &issues) }
                }
            case "items":
                for (index, item) in (value.arrayValue ?? []).enumerated() { check(item, argument, in: document, at: "\(place)[\(index)]", &issues) }
            case "contains": if let items = value.arrayValue { breach(!items.contains { isValid($0, argument, in: document) }) }
            case "allOf": for inner in argument.arrayValue ?? [] { check(value, inner, in: document, at: place, &issues) }
            case "anyOf": breach(!(argument.arrayValue ?? []).contains { isValid(value, $0, in: document) })
            case "oneOf": breach((argument.arrayValue ?? []).count { isValid(value, $0, in: document) } != 1)
            case "if":
                let branch = isValid(value, argument, in: document) ? schema["then"] : schema["else"]
                if let branch { check(value, branch, in: document, at: place, &issues) }
            case "not": breach(isValid(value, argument, in: document))
            case "then", "else", "$defs", "$schema", "$id", "$comment", "title", "description", "examples", "default": break
            default: issues.append("\(place): the keyword \(keyword.name) is not known")
            }
        }
    }

    private func checkReference(_ value: JSONValue, _ reference: String, in document: JSONValue, at place: String, _ issues: inout [String]) {
        if reference.hasPrefix("#/$defs/"), let schema = document["$defs"]?[String(reference.dropFirst(8))] {
            check(value, schema, in: document, at: place, &issues)
        } else if let other = others[reference] {
            check(value, other, in: other, at: place, &issues)
        } else {
            issues.append("\(place): \(reference) leads nowhere")
        }
    }

    private static func hasType(_ value: JSONValue, _ type: String) -> Bool {
        switch value {
        case .null: type == "null"
        case .bool: type == "boolean"
        case .number(let text): type == "number" || (type == "integer" && Int64(text) != nil)
        case .string: type == "string"
        case .array: type == "array"
        case .object: type == "object"
        }
    }

    private static func number(_ value: JSONValue) -> Double? {
        if case .number(let text) = value { Double(text) } else { nil }
    }
}
