import struct Adapters.LabelledSecret
import Delivery
import FindingModel
import Sinks
import YAMLDocument

/// Reads the settings of a table of a ServiceNow instance.
enum ServiceNowSinkSettings {
    static let type = SinkType(word: "servicenow", start: .now) { reader, what, context in read(&reader, what, &context) }

    private static func read(_ reader: inout MappingReader, _ what: String, _ context: inout SettingsContext) -> ServiceNowSinkOptions? {
        let destination = DestinationReader.readSystem(&reader, what, api: ServiceNowSinkOptions.api, &context)
        let user = reader.take("user").flatMap { context.word($0, "user") }
        let token = reader.require("token", what, &context.issues).flatMap { secret($0, hasUser: user != nil, &context) }
        let form = "a name such as incident: small letters, digits and _"
        let table = context.value(reader.take("table"), "table", form: form, name)
        let fields = TemplateReader.columns(reader.take("fields"), "fields", &context)
        let severityNode = reader.take("severity")
        let severity = TemplateReader.bySeverity(severityNode, "severity", &context) { TemplateReader.columns($0, $1, &$2) }
        let transitions = transitions(reader.take("transitions"), &context)
        let reopenNode = reader.take("reopen")
        let reopen = TemplateReader.columns(reopenNode, "reopen", &context, TemplateReader.constant)
        let closed = reader.take("closed-states").map { node in context.list(node, "closed-states").compactMap { context.word($0, "closed-states") } }
        let comment = context.value(reader.take("comment-field"), "comment-field", form: form, name)
        let (rules, fixedNode) = TicketRulesReader.read(&reader, &context)
        let fixedFields = TemplateReader.columns(fixedNode, "on-fixed.fields", &context, TemplateReader.constant)
        guard let destination, let token,
            var options = try? ServiceNowSinkOptions(
                destination: destination, authorization: TicketAuthorization.header(user: user, secret: token))
        else { return nil }
        if let table { options.table = table }
        options.fields = fields
        if severityNode != nil {
            options.severity = severity
        } else if options.table != "incident" {
            // Other tables have other columns.
            options.severity = [:]
        }
        options.transitions = transitions
        if reopenNode != nil { options.reopen = reopen }
        if let closed { options.closedStates = Set(closed) }
        if let comment { options.commentField = comment }
        options.fixedFields = fixedFields
        options.rules = rules
        return options
    }

    /// A password may hold what cannot stand in a header by itself; with a user's name it is encoded.
    private static func secret(_ node: YAMLNode, hasUser: Bool, _ context: inout SettingsContext) -> String? {
        guard hasUser else { return HeaderSecret.read(node, "token", &context) }
        return context.secret(node, "token").map { String(decoding: $0.value, as: UTF8.self) }
    }

    private static func transitions(_ node: YAMLNode?, _ context: inout SettingsContext) -> [String: [ServiceNowSinkOptions.Field]] {
        var transitions: [String: [ServiceNowSinkOptions.Field]] = [:]
        for (key, value) in TemplateReader.members(node, "transitions", &context) {
            guard let name = context.word(key, "transitions") else { continue }
            transitions[name] = TemplateReader.columns(value, "transitions.\(name)", &context, TemplateReader.constant)
        }
        return transitions
    }

    private static func name(_ text: String) -> String? { ServiceNowSinkOptions.isName(text) ? text : nil }
}
