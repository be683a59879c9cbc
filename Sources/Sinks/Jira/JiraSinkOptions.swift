import Delivery
import FindingModel

/// The settings of a sink of type `jira`.
package struct JiraSinkOptions: SinkOptions {
    /// What the paths of its API begin with, behind that of the URL.
    package static let api = "/rest/api"
    /// The site, with the path that it lives below; those of the API come behind it.
    package var destination: Destination
    /// The `Authorization` header's value.
    package var authorization: String
    /// The project's key.
    package var project: String
    /// The name of an issue type of the project, or its id.
    package var issueType: String
    /// On every ticket, beside the mark.
    package var labels: [RecordTemplate] = []
    /// Names of priorities; a severity without one leaves the priority alone.
    package var priority: [Severity: String] = [:]
    /// By Jira's field ids; `summary` and `description` replace the built-in ones.
    package var fields: [FieldValue.Member] = []
    /// The transition, or the status it leads to, that opens a ticket again; else the first one that leads to a status that is not done.
    package var reopen: String?
    /// What `on-fixed` sets with its transition, the same for every finding: fields of the transition's screen. `on-fixed.fields:`
    package var fixedFields: [FieldValue.Member] = []
    package var rules = TicketRules()

    package init(destination: Destination, authorization: String, project: String, issueType: String) {
        self.destination = destination
        self.authorization = authorization
        self.project = project
        self.issueType = issueType
    }

    /// Fields that have settings of their own.
    package static let reservedFields: Set<String> = ["project", "issuetype", "labels", "priority", "key", "id", "status"]

    /// What a project's key looks like (https://support.atlassian.com/jira-cloud-administration/docs/edit-a-projects-details/): it stands in queries.
    package static func isProjectKey(_ text: String) -> Bool {
        guard (2...255).contains(text.utf8.count), let first = text.utf8.first, (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(first) else { return false }
        return text.utf8.allSatisfy { byte in
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
        }
    }

    /// What is wrong with the settings together.
    package var issues: [SinkError] {
        var issues = destination.issues
        if !Self.isProjectKey(project) { issues.append(SinkError("project", "a project's key has capital letters, digits and _, such as SEC")) }
        for member in fields where Self.reservedFields.contains(member.name) {
            issues.append(SinkError("fields", "'\(member.name)' cannot stand here"))
        }
        return issues
    }

    package func make(_ name: String, _ resources: SinkResources) throws(SinkError) -> ConfiguredSink {
        .tickets(try JiraTicketSystem(name: name, options: self, resources: resources), rules)
    }
}
