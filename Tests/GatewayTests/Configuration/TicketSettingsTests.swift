import Delivery
import FindingModel
import Gateway
import JSONDocument
import Sinks
import Testing
import YAMLDocument

/// The settings of the sinks `jira` and `servicenow`.
struct TicketSettingsTests {
    static let environment = ["TOKEN": "0123456789abcdef", "PASSWORD": "p\u{e4}ss word"]

    private func sinks(_ yaml: String) throws -> [SinkSettings] {
        try GatewayConfiguration.parse("sources: {}\nsinks:\n" + yaml, file: "/w", environment: Self.environment).sinks
    }

    private func errors(_ yaml: String) -> [String] {
        do {
            _ = try sinks(yaml)
            return []
        } catch {
            return (error as? IssueList)?.errors.map(\.text) ?? ["\(error)"]
        }
    }

    @Test func everyKeyOfJiraHasItsEffect() throws {
        let yaml = """
              jira:
                type: jira
                url: "https://acme.atlassian.net"
                user: bot@acme.com
                token: "env:TOKEN"
                project: SEC
                issue-type: Bug
                labels: [ security, "{{ severity }}" ]
                priority: { critical: Highest, unknown: Low }
                fields:
                  summary: "{{ title }}"
                  components: [ { name: "{{ scanner.name }}" } ]
                  customfield_1: 7
                  customfield_2: "7"
                  customfield_3: { adf: "{{ remediation }}" }
                  customfield_4: true
                reopen: Back to work
                max-new: 7/h
                search-settle: 90s
                on-fixed: { transition: Done, fields: { resolution: { name: Fixed }, customfield_5: 3 } }
            """
        let sink = try #require(try sinks(yaml).first)
        let options = try #require(sink.options as? JiraSinkOptions)
        #expect(sink.start == .now && options.authorization == "Basic Ym90QGFjbWUuY29tOjAxMjM0NTY3ODlhYmNkZWY=")
        #expect(options.project == "SEC" && options.issueType == "Bug" && options.labels.count == 2 && options.reopen == "Back to work")
        #expect(options.priority == [.critical: "Highest", .unknown: "Low"])
        #expect(options.fields.map(\.name) == ["summary", "components", "customfield_1", "customfield_2", "customfield_3", "customfield_4"])
        let quoted = FieldValue.text(try RecordTemplate("7"))
        #expect(options.fields[2].value == .number("7") && options.fields[3].value == quoted && options.fields[5].value == .bool(true))
        #expect(options.fields[4].value == .document(try RecordTemplate("{{ remediation }}")))
        #expect(options.rules.newPerHour == 7 && options.rules.searchSettle == .seconds(90) && options.rules.onFixed == .transition("Done"))
        #expect(options.fixedFields.map(\.name) == ["resolution", "customfield_5"] && options.fixedFields[1].value == .number("3"))
        #expect(options.issues.isEmpty)
    }

    @Test func theShortestSettingsHaveTheDefaults() throws {
        let yaml = """
              jira: { type: jira, url: "https://acme.atlassian.net", token: "env:TOKEN", project: SEC, issue-type: "10001" }
              snow: { type: servicenow, url: "https://acme.service-now.com", user: weir, token: "env:PASSWORD" }
              vuln: { type: servicenow, url: "https://acme.service-now.com", token: "env:TOKEN", table: sn_vul_vulnerable_item, on-fixed: comment }
            """
        let all = try sinks(yaml)
        let jira = try #require(all[0].options as? JiraSinkOptions)
        #expect(jira.authorization == "Bearer 0123456789abcdef" && jira.rules == TicketRules() && jira.rules.newPerHour == 50)
        let snow = try #require(all[1].options as? ServiceNowSinkOptions)
        #expect(
            snow.authorization == "Basic d2Vpcjpww6RzcyB3b3Jk" && snow.table == "incident" && snow.severity.count == 6 && snow.closedStates == ["6", "7", "8"])
        #expect(snow.commentField == "work_notes" && snow.reopen.map(\.name) == ["state"])
        let vuln = try #require(all[2].options as? ServiceNowSinkOptions)
        #expect(vuln.severity.isEmpty && vuln.table == "sn_vul_vulnerable_item")
    }

    @Test func everyKeyOfServiceNowHasItsEffect() throws {
        let yaml = """
              snow:
                type: servicenow
                url: "https://acme.service-now.com"
                user: weir
                token: "env:TOKEN"
                fields: { category: security, u_cve: "{{ cves }}" }
                severity: { critical: { impact: 1, urgency: 1 } }
                transitions: { resolve: { state: 6, close_code: Solved } }
                reopen: { state: 1 }
                closed-states: [ 6, 7 ]
                comment-field: comments
                on-fixed: { transition: resolve, fields: { close_notes: done } }
            """
        let options = try #require(try sinks(yaml).first?.options as? ServiceNowSinkOptions)
        #expect(options.fields.map(\.name) == ["category", "u_cve"] && options.severity.keys.sorted { $0.rawValue < $1.rawValue } == [.critical])
        #expect(options.transitions["resolve"]?.map(\.name) == ["state", "close_code"] && options.transitions["resolve"]?.first?.value.constant == "6")
        #expect(options.reopen.first?.value.constant == "1" && options.closedStates == ["6", "7"] && options.commentField == "comments")
        #expect(options.fixedFields.map(\.name) == ["close_notes"] && options.rules.onFixed == .transition("resolve"))
        #expect(options.issues.isEmpty)
    }

    private static let jira = "type: jira, url: \"https://a.atlassian.net\", token: \"env:TOKEN\""
    private static let snow = "type: servicenow, url: \"https://a.service-now.com\", token: \"env:TOKEN\""

    @Test(arguments: [
        ("\(jira), issue-type: Bug", "needs 'project'"), ("\(jira), project: SEC", "needs 'issue-type'"),
        ("\(jira), project: \"S\\\" OR 1=1\", issue-type: Bug", "is not a project's key such as SEC"),
        ("\(jira), project: SEC, issue-type: Bug, labels: [ \"{{ titel }}\" ]", "labels: a finding has no value 'titel' for templates"),
        ("\(jira), project: SEC, issue-type: Bug, fields: { customfield_1: { value: \"{{ x }}\" } }", "fields.customfield_1.value: a finding has no value 'x'"),
        ("\(jira), project: SEC, issue-type: Bug, fields: { priority: High }", "fields: 'priority' cannot stand here"),
        ("\(jira), project: SEC, issue-type: Bug, fields: { a: }", "fields.a is empty"),
        ("\(jira), project: SEC, issue-type: Bug, priority: { worst: High }", "unknown key 'worst'"),
        ("\(jira), project: SEC, issue-type: Bug, max-new: 50/d", "max-new: '50/d' is not a number of new tickets an hour"),
        ("\(jira), project: SEC, issue-type: Bug, max-new: 0", "max-new: '0' is not"),
        ("\(jira), project: SEC, issue-type: Bug, search-settle: 5", "search-settle: '5' is not a duration"),
        ("\(jira), project: SEC, issue-type: Bug, on-fixed: close", "on-fixed is neither 'comment' nor a transition"),
        ("\(jira), project: SEC, issue-type: Bug, on-fixed: { transitoin: Done }", "unknown key 'transitoin' (hint: did you mean 'transition'?)"),
        (
            "\(jira), project: SEC, issue-type: Bug, on-fixed: { transition: Done, fields: { resolution: \"{{ title }}\" } }",
            "on-fixed.fields: a finding's values cannot stand here"
        ),
        ("\(jira), project: SEC, issue-type: Bug, on-fixed: { transition: Done, field: { } }", "unknown key 'field'"),
        ("\(snow), on-fixed: { transition: a, fields: { number: \"1\" } }", "on-fixed.fields: 'number' cannot stand here"),
        ("\(snow), table: \"incident?x\"", "table: 'incident?x' is not a name such as incident"),
        ("\(snow), fields: { correlation_id: x }", "fields: 'correlation_id' cannot stand here"),
        ("\(snow), fields: { u_x: \"{{ nothing }}\" }", "fields.u_x: a finding has no value 'nothing'"),
        ("\(snow), transitions: { a: { state: \"{{ status }}\" } }", "transitions.a.state: a finding's values cannot stand here"),
        ("\(snow), reopen: { state: \"{{ status }}\" }", "reopen.state: a finding's values cannot stand here"),
        ("\(snow), project: X", "unknown key 'project'"),
    ])
    func mistakesHaveAPlace(_ settings: String, _ error: String) {
        let errors = errors("  s: { \(settings) }")
        #expect(errors.count == 1 && errors.contains { $0.contains(error) && $0.hasPrefix("/w:3:") }, "\(errors)")
    }
}
