import Delivery
import Sinks
import YAMLDocument

/// Reads the settings of a Jira Cloud project.
enum JiraSinkSettings {
    static let type = SinkType(word: "jira", start: .now) { reader, what, context in read(&reader, what, &context) }

    private static func read(_ reader: inout MappingReader, _ what: String, _ context: inout SettingsContext) -> JiraSinkOptions? {
        let destination = DestinationReader.readSystem(&reader, what, api: JiraSinkOptions.api, &context)
        let user = reader.take("user").flatMap { context.word($0, "user") }
        let token = reader.require("token", what, &context.issues).flatMap { HeaderSecret.read($0, "token", &context) }
        let form = "a project's key such as SEC: capital letters, digits and _"
        let project = context.value(reader.require("project", what, &context.issues), "project", form: form) { JiraSinkOptions.isProjectKey($0) ? $0 : nil }
        let issueType = reader.require("issue-type", what, &context.issues).flatMap { context.word($0, "issue-type") }
        let labels = reader.take("labels").map { node in context.list(node, "labels") } ?? []
        let templates = labels.compactMap { TemplateReader.template($0, "labels", &context) }
        let priority = TemplateReader.bySeverity(reader.take("priority"), "priority", &context) { $2.word($0, $1) }
        let fields = TemplateReader.fields(reader.take("fields"), "fields", reserved: JiraSinkOptions.reservedFields, &context)
        let reopen = reader.take("reopen").flatMap { context.word($0, "reopen") }
        let (rules, fixedNode) = TicketRulesReader.read(&reader, &context)
        let fixedFields = TemplateReader.fields(fixedNode, "on-fixed.fields", reserved: ["project", "key", "id", "status"], &context)
        if let fixedNode, !fixedFields.allSatisfy(\.value.isConstant) {
            context.issues.error(fixedNode, "on-fixed.fields: a finding's values cannot stand here")
        }
        guard let destination, let token, let project, let issueType else { return nil }
        var options = JiraSinkOptions(
            destination: destination, authorization: TicketAuthorization.header(user: user, secret: token), project: project, issueType: issueType)
        options.labels = templates
        options.priority = priority
        options.fields = fields
        options.reopen = reopen
        options.fixedFields = fixedFields
        options.rules = rules
        return options
    }
}
