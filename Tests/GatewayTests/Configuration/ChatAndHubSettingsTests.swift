import CurlTransport
import Delivery
import Gateway
import Sinks
import Testing
import YAMLDocument

/// The settings of the sinks `slack` and `defectdojo`.
struct ChatAndHubSettingsTests {
    static let environment = [
        "SLACK_URL": "https://hooks.slack.com/services/T0/B0/x", "DOJO": "0123456789abcdef", "ODD": "two words", "NOT_A_URL": "hooks.slack.com",
    ]

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

    @Test func everyKeyOfSlackHasItsEffect() throws {
        let sink = try #require(try sinks("  chat: { type: slack, url: \"env:SLACK_URL\", batch: 7, timeout: 9s }").first)
        let options = try #require(sink.options as? SlackSinkOptions)
        #expect(sink.start == .now && options.batch == 7 && options.destination.timeout == .seconds(9) && options.destination.url.host == "hooks.slack.com")
    }

    @Test func everyKeyOfDefectDojoHasItsEffect() throws {
        let yaml = """
              hub: { type: defectdojo, url: "https://dojo.example.com/", token: "env:DOJO", product: Shop, product-type: Web, engagement: E, test: T, service: S, \
            create: false, reactivate: false, batch: 9 }
              next: { type: defectdojo, url: "https://dojo.example.com/", token: "env:DOJO", product: Shop }
            """
        let all = try sinks(yaml)
        let options = try #require(all.first?.options as? DefectDojoSinkOptions)
        #expect(options.token == "0123456789abcdef" && options.product == "Shop" && options.productType == "Web" && options.engagement == "E")
        #expect(options.test == "T" && options.service == "S" && !options.createsContext && !options.reactivates && options.batch == 9)
        let defaults = try #require(all.last?.options as? DefectDojoSinkOptions)
        #expect(all[1].start == .beginning && defaults.engagement == "Weir" && defaults.test == "Weir" && defaults.service == nil)
        #expect(defaults.createsContext && defaults.reactivates && defaults.batch == 100)
    }

    @Test(arguments: [
        ("c: { type: slack }", "needs 'url'"), ("c: { type: slack, url: \"https://hooks.slack.com/x\" }", "url is not a reference"),
        ("c: { type: slack, url: \"env:NOT_A_URL\" }", "url: env:NOT_A_URL: "),
        ("c: { type: slack, url: \"env:SLACK_URL\", batch: 41 }", "batch: '41' is not a number from 1 to 40"),
        ("c: { type: slack, url: \"env:SLACK_URL\", token: x }", "unknown key 'token'"),
        ("h: { type: defectdojo, url: \"https://d.example\", product: P }", "needs 'token'"),
        ("h: { type: defectdojo, url: \"https://d.example\", token: \"env:DOJO\" }", "needs 'product'"),
        ("h: { type: defectdojo, url: \"https://d.example\", token: \"env:ODD\", product: P }", "token: env:ODD has white space or characters outside ASCII"),
        ("h: { type: defectdojo, url: \"https://d.example\", token: \"env:DOJO\", product: P, create: yes }", "create: 'yes' is not true or false"),
    ])
    func mistakesHaveAPlace(_ sink: String, _ error: String) {
        let errors = errors("  " + sink)
        #expect(errors.count == 1 && errors.contains { $0.utf8.count > 10 && $0.contains(error) && $0.hasPrefix("/w:3:") }, "\(errors)")
        #expect(!errors.joined().contains("two words") && !errors.joined().contains("services/T0"))
    }
}
