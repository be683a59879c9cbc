import Delivery
import FindingModel

/// The settings of a sink of type `servicenow`.
package struct ServiceNowSinkOptions: SinkOptions {
    /// A column and what stands in it; choices and references by their values, not by what people see.
    package typealias Field = (name: String, value: RecordTemplate)

    /// What the paths of its API begin with, behind that of the URL.
    package static let api = "/api/now"
    /// The instance, with the path that it lives below; those of the API come behind it.
    package var destination: Destination
    /// The `Authorization` header's value.
    package var authorization: String
    /// The table's name, such as `incident`.
    package var table = "incident"
    /// On every record; `short_description` and `description` replace the built-in ones.
    package var fields: [Field] = []
    /// By severity: for incidents `impact` and `urgency`, from which the priority follows.
    package var severity: [Severity: [Field]]
    /// What `on-fixed: { transition: NAME }` sets; a name that is not here is a value of `state`.
    package var transitions: [String: [Field]] = [:]
    /// What `on-fixed` sets beside its transition. `on-fixed.fields:`
    package var fixedFields: [Field] = []
    /// What opens a record again.
    package var reopen: [Field]
    /// Values of `state` in which a record is closed, beside `active` being false.
    package var closedStates: Set<String> = ["6", "7", "8"]
    /// The journal field that comments go to.
    package var commentField = "work_notes"
    package var rules = TicketRules()

    package init(destination: Destination, authorization: String) throws(TemplateError) {
        self.destination = destination
        self.authorization = authorization
        let values = [Severity.critical: ("1", "1"), .high: ("2", "1"), .medium: ("2", "2"), .low: ("3", "3"), .info: ("3", "3"), .unknown: ("2", "2")]
        var severity: [Severity: [Field]] = [:]
        for (key, value) in values {
            severity[key] = [("impact", try RecordTemplate(value.0)), ("urgency", try RecordTemplate(value.1))]
        }
        self.severity = severity
        reopen = [("state", try RecordTemplate("2"))]
    }

    /// Columns that the sink itself needs.
    package static let reservedFields: Set<String> = ["correlation_id", "correlation_display", "sys_id", "number"]

    /// What a table's or a column's name looks like; it stands in paths and queries.
    package static func isName(_ text: String) -> Bool {
        (1...80).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || byte == UInt8(ascii: "_")
            }
    }

    /// What is wrong with the settings together.
    package var issues: [SinkError] {
        var issues = destination.issues
        if !Self.isName(table) { issues.append(SinkError("table", "a table's name has small letters, digits and _, such as incident")) }
        let all = fields + severity.values.flatMap { $0 } + transitions.values.flatMap { $0 } + fixedFields + reopen
        for field in all where Self.reservedFields.contains(field.name) || !Self.isName(field.name) {
            issues.append(SinkError("fields", "'\(field.name)' cannot stand here"))
        }
        return issues
    }

    package func make(_ name: String, _ resources: SinkResources) throws(SinkError) -> ConfiguredSink {
        .tickets(try ServiceNowTicketSystem(name: name, options: self, resources: resources), rules)
    }
}
