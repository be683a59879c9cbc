import FindingModel
import JSONDocument
import Sinks
import YAMLDocument

/// Reads texts and fields with `{{ name }}` for a finding's values in them.
enum TemplateReader {
    static func template(_ node: YAMLNode, _ what: String, _ context: inout SettingsContext) -> RecordTemplate? { template(node, what, .finding, &context) }

    static func template(_ node: YAMLNode, _ what: String, _ scope: TemplateName.Scope, _ context: inout SettingsContext) -> RecordTemplate? {
        guard let text = node.scalar else {
            context.issues.error(node, "\(what) must be a text, not \(node.kindName)")
            return nil
        }
        do throws(TemplateError) {
            return try RecordTemplate(text, scope: scope)
        } catch {
            context.issues.error(node, "\(what): \(error.message)", hint: error.hint)
            return nil
        }
    }

    /// A text that names no value of a finding, because no finding is at hand where it is used.
    static func constant(_ node: YAMLNode, _ what: String, _ context: inout SettingsContext) -> RecordTemplate? {
        guard let template = template(node, what, &context) else { return nil }
        if template.constant == nil { context.issues.error(node, "\(what): a finding's values cannot stand here") }
        return template
    }

    /// A mapping from columns to texts.
    static func columns(
        _ node: YAMLNode?, _ what: String, _ context: inout SettingsContext,
        _ read: (YAMLNode, String, inout SettingsContext) -> RecordTemplate? = template
    ) -> [ServiceNowSinkOptions.Field] {
        members(node, what, &context).compactMap { key, value in
            let name = key.scalar ?? ""
            guard ServiceNowSinkOptions.isName(name), !ServiceNowSinkOptions.reservedFields.contains(name) else {
                context.issues.error(key, "\(what): '\(name)' cannot stand here", hint: "a column's name has small letters, digits and _")
                return nil
            }
            return read(value, "\(what).\(name)", &context).map { (name, $0) }
        }
    }

    /// A mapping from fields to values of any shape: JSON, in YAML's clothes.
    static func fields(_ node: YAMLNode?, _ what: String, reserved: Set<String>, _ context: inout SettingsContext) -> [FieldValue.Member] {
        members(node, what, &context).compactMap { key, value in
            let name = key.scalar ?? ""
            guard !name.isEmpty, !reserved.contains(name) else {
                context.issues.error(key, "\(what): '\(name)' cannot stand here", hint: "it has a setting of its own")
                return nil
            }
            return self.value(value, "\(what).\(name)", .finding, &context).map { FieldValue.Member(name, $0) }
        }
    }

    /// By severity; `read` reads what stands under one.
    static func bySeverity<Value>(
        _ node: YAMLNode?, _ what: String, _ context: inout SettingsContext, _ read: (YAMLNode, String, inout SettingsContext) -> Value?
    ) -> [Severity: Value] {
        var values: [Severity: Value] = [:]
        for (key, value) in members(node, what, &context) {
            guard let severity = Severity(word: key.scalar ?? "") else {
                context.issues.unknownKey(key, known: Severity.allCases.map(\.word))
                continue
            }
            values[severity] = read(value, "\(what).\(severity.word)", &context)
        }
        return values
    }

    static func members(_ node: YAMLNode?, _ what: String, _ context: inout SettingsContext) -> [(key: YAMLNode, value: YAMLNode)] {
        guard let node else { return [] }
        guard let members = node.members else {
            context.issues.error(node, "\(what) must be a mapping, not \(node.kindName)")
            return []
        }
        return members
    }

    /// A bare number or `true` and `false` are what they are in JSON; in quotes they are texts. `{ adf: TEXT }` is a document of Jira's.
    static func value(_ node: YAMLNode, _ what: String, _ scope: TemplateName.Scope, _ context: inout SettingsContext) -> FieldValue? {
        switch node.content {
        case .scalar(let text, quoted: false) where text == "true" || text == "false": return .bool(text == "true")
        case .scalar(let text, quoted: false) where FieldValue.isNumber(text): return .number(text)
        case .scalar:
            if node.isEmpty {
                context.issues.error(node, "\(what) is empty")
                return nil
            }
            return template(node, what, scope, &context).map { .text($0) }
        case .sequence(let items): return .list(items.compactMap { value($0, what, scope, &context) })
        case .mapping(let members):
            if members.count == 1, members[0].key.scalar == "adf" { return template(members[0].value, what, scope, &context).map { .document($0) } }
            return .object(
                members.compactMap { key, child in value(child, "\(what).\(key.scalar ?? "")", scope, &context).map { FieldValue.Member(key.scalar ?? "", $0) }
                })
        }
    }

    /// As above, for JSON that stands in a text at `node`.
    static func value(
        _ json: JSONValue, at node: YAMLNode, _ what: String, _ scope: TemplateName.Scope, _ context: inout SettingsContext
    ) -> FieldValue? {
        switch json {
        case .null: return .null
        case .bool(let value): return .bool(value)
        case .number(let digits): return .number(digits)
        case .array(let items): return .list(items.compactMap { value($0, at: node, what, scope, &context) })
        case .object(let members):
            return .object(
                members.compactMap { member in
                    value(member.value, at: node, "\(what).\(member.name)", scope, &context).map { FieldValue.Member(member.name, $0) }
                })
        case .string(let text):
            do throws(TemplateError) {
                return .text(try RecordTemplate(text, scope: scope))
            } catch {
                context.issues.error(node, "\(what): \(error.message)", hint: error.hint)
                return nil
            }
        }
    }
}
