import Delivery
import FindingModel
import JSONDocument

/// What records are made of: the bodies of the requests that create and update them.
struct ServiceNowRecord: Sendable {
    private let options: ServiceNowSinkOptions

    /// As an incident has them: `short_description` 160 and `description` 4,000 characters; what is longer would be cut in silence.
    private static let shortUnits = 160
    private static let longUnits = 4000

    init(_ options: ServiceNowSinkOptions) { self.options = options }

    /// A new record.
    func create(_ content: TicketContent) -> JSONValue {
        let finding = content.finding
        var record = Columns()
        record.set("short_description", BlockText.line(Self.summary(finding), units: Self.shortUnits))
        record.set("description", BlockText.clean(Self.description(content), units: Self.longUnits))
        for field in options.fields + (options.severity[finding.severity] ?? []) { record.set(field, finding) }
        record.mark(content.mark)
        return record.json
    }

    /// What follows the finding: the columns by severity, and those that have the finding's values in them; nothing when there are none.
    func update(_ content: TicketContent) -> JSONValue? {
        var record = Columns()
        for field in options.fields where field.value.constant == nil && !Self.isEdited(field.name) { record.set(field, content.finding) }
        for field in options.severity[content.finding.severity] ?? [] { record.set(field, content.finding) }
        return record.isEmpty ? nil : record.json
    }

    func createParent(_ table: TicketTable) -> JSONValue {
        var record = Columns()
        for field in options.fields {
            if let text = field.value.constant { record.set(field.name, text) }
        }
        Self.describe(table, in: &record)
        record.mark(table.mark)
        return record.json
    }

    func updateParent(_ table: TicketTable) -> JSONValue {
        var record = Columns()
        Self.describe(table, in: &record)
        return record.json
    }

    func comment(_ note: TicketNote) -> JSONValue {
        var record = Columns()
        record.set(options.commentField, TicketNoteText.lines(note).joined(separator: "\n"))
        return record.json
    }

    /// The columns of the transition `name`, and those that `on-fixed` adds.
    func transition(_ name: String) -> JSONValue {
        var record = Columns()
        if options.transitions[name] == nil { record.set("state", name) }
        for field in (options.transitions[name] ?? []) + options.fixedFields { record.set(field.name, field.value.constant ?? "") }
        return record.json
    }

    var reopen: JSONValue {
        var record = Columns()
        for field in options.reopen { record.set(field.name, field.value.constant ?? "") }
        return record.json
    }

    private static func isEdited(_ name: String) -> Bool { name == "short_description" || name == "description" }

    private static func describe(_ table: TicketTable, in record: inout Columns) {
        let text = TicketTableText(table, units: longUnits)
        let rows = text.rows.map { $0.joined(separator: " | ") }
        record.set("short_description", text.title)
        let lines = [text.introduction, "", TicketTableText.header.joined(separator: " | ")] + rows + [text.remainder].compactMap { $0 }
        record.set("description", lines.joined(separator: "\n"))
    }

    private static func summary(_ finding: Finding) -> String {
        guard let place = finding.resources.first?.displayName else { return finding.title }
        return "\(BlockText.line(finding.title, units: 100)) (\(BlockText.line(place, units: 50)))"
    }

    private static func description(_ content: TicketContent) -> String {
        TicketSections(content.finding, mark: content.mark, units: longUnits - 100).sections.map { section in
            let lines = section.lines.map { section.isList ? "- \($0)" : $0 }.joined(separator: "\n")
            return section.heading.utf8.isEmpty ? lines : "\(section.heading):\n\(lines)"
        }.joined(separator: "\n\n")
    }

    /// Columns in the order in which they were first set; the last text wins.
    private struct Columns {
        private var members: [JSONMember] = []

        var isEmpty: Bool { members.isEmpty }
        var json: JSONValue { .object(members) }

        mutating func set(_ name: String, _ text: String) {
            let value = JSONValue.string(ServiceNowText.plain(text))
            if let index = members.firstIndex(where: { $0.name == name }) {
                members[index].value = value
            } else {
                members.append(JSONMember(name: name, value: value))
            }
        }

        /// Leaves the column alone when the finding has none of the template's values.
        mutating func set(_ field: ServiceNowSinkOptions.Field, _ finding: Finding) {
            guard let text = field.value.text(for: finding) else { return }
            let units = field.name == "short_description" ? ServiceNowRecord.shortUnits : ServiceNowRecord.longUnits
            set(field.name, units == ServiceNowRecord.shortUnits ? BlockText.line(text, units: units) : BlockText.clean(text, units: units))
        }

        mutating func mark(_ mark: String) {
            set("correlation_id", mark)
            set("correlation_display", "Weir")
        }
    }
}
