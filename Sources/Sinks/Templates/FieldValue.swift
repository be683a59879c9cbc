import FindingModel
import JSONDocument

/// A field's value as the configuration says it: JSON with templates as its texts.
package indirect enum FieldValue: Hashable, Sendable {
    case text(RecordTemplate)
    /// Digits as written; a JSON number.
    case number(String)
    case bool(Bool)
    case null
    case list([FieldValue])
    case object([Member])
    /// A text that the system wants as a document; Jira's ADF.
    case document(RecordTemplate)

    package struct Member: Hashable, Sendable {
        package let name: String
        package let value: FieldValue

        package init(_ name: String, _ value: FieldValue) {
            self.name = name
            self.value = value
        }
    }

    /// The value for a finding or a change; nothing when it is made of templates whose values are not there.
    ///
    /// - Parameter document: Makes a document of a text.
    func json(for values: some TemplateValues, document make: (String) -> JSONValue) -> JSONValue? {
        switch self {
        case .text(let template):
            // A number that is none in JSON would make the whole request unreadable.
            if let name = template.valueName { return values.templateValue(name) }
            return template.text(for: values).map { .string(BlockText.clean($0, units: Self.unitsMax)) }
        case .number(let digits): return .number(digits)
        case .bool(let value): return .bool(value)
        case .null: return .null
        case .list(let items):
            let found = items.compactMap { $0.json(for: values, document: make) }
            return found.isEmpty && !items.isEmpty ? nil : .array(found)
        case .object(let members):
            let found = members.compactMap { member in
                member.value.json(for: values, document: make).map { JSONMember(name: member.name, value: $0) }
            }
            return found.isEmpty && !members.isEmpty ? nil : .object(found)
        case .document(let template): return template.text(for: values).map(make)
        }
    }

    /// Whether the value is the same for every finding.
    package var isConstant: Bool {
        switch self {
        case .text(let template), .document(let template): template.constant != nil
        case .number, .bool, .null: true
        case .list(let values): values.allSatisfy(\.isConstant)
        case .object(let members): members.allSatisfy(\.value.isConstant)
        }
    }

    /// UTF-16 units of one text.
    static let unitsMax = 30_000

    /// Whether `text` is a number as JSON writes it.
    package static func isNumber(_ text: String) -> Bool {
        guard let first = text.utf8.first, first == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else { return false }
        guard case .number = try? JSONValue(parsing: Array(text.utf8)) else { return false }
        return true
    }
}

extension FieldValue {
    /// The value when it is the same for every finding.
    func constantJSON(document make: (String) -> JSONValue) -> JSONValue? {
        switch self {
        case .text(let template): template.constant.map { .string($0) }
        case .number(let digits): .number(digits)
        case .bool(let value): .bool(value)
        case .null: .null
        case .list(let values): .array(values.compactMap { $0.constantJSON(document: make) })
        case .object(let members):
            .object(members.compactMap { member in member.value.constantJSON(document: make).map { JSONMember(name: member.name, value: $0) } })
        case .document(let template): template.constant.map(make)
        }
    }
}
