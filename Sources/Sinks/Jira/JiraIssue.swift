import Delivery
import FindingModel
import Formats
import JSONDocument

/// What issues are made of: the bodies of the requests that create and update them
/// (https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/).
struct JiraIssue: Sendable {
    private let options: JiraSinkOptions

    /// A text field takes 32,767 characters, those of its markup included.
    private static let descriptionUnits = 24_000

    init(_ options: JiraSinkOptions) { self.options = options }

    /// `fields` of a new issue.
    func create(_ content: TicketContent) -> JSONValue {
        let finding = content.finding
        let own = value("summary", for: finding)?.stringValue ?? Self.summary(finding)
        let description = value("description", for: finding) ?? Self.description(content)
        let others = options.fields.filter { $0.name != "summary" && $0.name != "description" }
        return fields(
            summary: own, description: description, labels: [content.mark] + labels(finding),
            priority: options.priority[finding.severity], others.compactMap { member in json(member, finding).map { (member.name, $0) } })
    }

    /// `fields` that follow the finding: the priority and what has the finding's values in it; nothing when there are none.
    ///
    /// What is the same for every finding is left to people once the ticket is there.
    func update(_ content: TicketContent) -> JSONValue? {
        let changing = options.fields.filter { $0.name != "summary" && $0.name != "description" && !$0.value.isConstant }
        var members = changing.compactMap { member in json(member, content.finding).map { JSONMember(name: member.name, value: $0) } }
        if let priority = options.priority[content.finding.severity] {
            members.append(JSONMember(name: "priority", value: Self.named(priority)))
        }
        return members.isEmpty ? nil : .object(members)
    }

    /// `fields` of the ticket that stands for many findings: those that have no finding's values in them.
    func createParent(_ table: TicketTable) -> JSONValue {
        let text = TicketTableText(table, units: Self.descriptionUnits)
        let constant = options.fields.filter { $0.name != "summary" && $0.name != "description" && $0.value.isConstant }
        let labels = options.labels.compactMap(\.constant).map(Self.label).filter { !$0.utf8.isEmpty }
        return fields(
            summary: text.title, description: Self.description(text), labels: [table.mark] + labels, priority: nil,
            constant.compactMap { member in member.value.constantJSON(document: ADFText.document(text:)).map { (member.name, $0) } })
    }

    func updateParent(_ table: TicketTable) -> JSONValue {
        let text = TicketTableText(table, units: Self.descriptionUnits)
        return .members([("summary", .string(text.title)), ("description", Self.description(text))])
    }

    /// A comment's body.
    static func comment(_ note: TicketNote) -> JSONValue {
        .members([("body", ADFText.document(TicketNoteText.lines(note).map { ADFText.paragraph($0) }))])
    }

    /// What `on-fixed` sets with its transition; nothing when that is nothing.
    var fixedFields: JSONValue? {
        let members = options.fixedFields.compactMap { member in
            member.value.constantJSON(document: ADFText.document(text:)).map { JSONMember(name: member.name, value: $0) }
        }
        return members.isEmpty ? nil : .object(members)
    }

    /// The names of configured fields that are the same for every finding: when Jira refuses one, it refuses it for all.
    var constantNames: Set<String> {
        Set(options.fields.filter { $0.value.isConstant }.map(\.name)).union(["project", "issuetype", "priority"])
    }

    private func fields(
        summary: String, description: JSONValue, labels: [String], priority: String?, _ others: [(name: String, value: JSONValue)]
    ) -> JSONValue {
        let type = options.issueType
        let isID = type.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return .members(
            [
                ("project", .members([("key", .string(options.project))])),
                ("issuetype", .members([(isID ? "id" : "name", .string(type))])),
                // 255 characters, and no line ends.
                ("summary", .string(BlockText.line(summary, units: 250))),
                ("description", description), ("labels", .strings(labels)), ("priority", priority.map(Self.named)),
            ] + others.map { ($0.name, $0.value) })
    }

    private func value(_ name: String, for finding: Finding) -> JSONValue? {
        options.fields.first { $0.name == name }.flatMap { json($0, finding) }
    }

    private func json(_ member: FieldValue.Member, _ finding: Finding) -> JSONValue? {
        member.value.json(for: finding, document: ADFText.document(text:))
    }

    /// A label has no white space (https://support.atlassian.com/jira-software-cloud/docs/add-labels-to-an-issue/).
    private func labels(_ finding: Finding) -> [String] {
        options.labels.compactMap { $0.text(for: finding) }.map(Self.label).filter { !$0.utf8.isEmpty }
    }

    private static func label(_ text: String) -> String {
        BlockText.line(text, units: 200).utf8.split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }.joined(separator: "-")
    }

    private static func named(_ name: String) -> JSONValue { .members([("name", .string(name))]) }

    private static func summary(_ finding: Finding) -> String {
        guard let place = finding.resources.first?.displayName else { return finding.title }
        return "\(BlockText.line(finding.title, units: 180)) (\(BlockText.line(place, units: 60)))"
    }

    private static func description(_ content: TicketContent) -> JSONValue {
        var blocks: [JSONValue] = []
        for section in TicketSections(content.finding, mark: content.mark, units: descriptionUnits).sections {
            if !section.heading.utf8.isEmpty { blocks.append(ADFText.heading(section.heading)) }
            if section.isList { blocks.append(ADFText.bullets(section.lines)) } else { blocks += section.lines.map { ADFText.paragraph($0) } }
        }
        return ADFText.document(blocks)
    }

    private static func description(_ text: TicketTableText) -> JSONValue {
        let table = ADFText.table(header: TicketTableText.header, rows: text.rows)
        return ADFText.document([ADFText.paragraph(text.introduction), table] + [text.remainder.map { ADFText.paragraph($0) }].compactMap { $0 })
    }
}
