import Formats
import Gateway
import Sinks
import Testing

struct SinkSettingsTests {
    private static let environment = ["SPLUNK_TOKEN": "b0221cd8\n", "ES_KEY": "aWQ6a2V5", "ES_PASSWORD": "secret-password", "SPACED": "a b"]

    private static func options(_ sink: String) throws -> any SinkOptions {
        let yaml = "listen: { ingest: 127.0.0.1:0 }\nsinks:\n  s: { \(sink) }\n"
        return try #require(try GatewayConfiguration.parse(yaml, file: "/w", environment: environment).sinks.first).options
    }

    private static func errors(_ sink: String) -> [String] {
        do {
            _ = try options(sink)
            return []
        } catch {
            return "\(error)".split(separator: "\n").map(String.init)
        }
    }

    @Test func everyKeyOfASplunkCollectorHasItsEffect() throws {
        let plain = try #require(try Self.options("type: splunk-hec, url: \"https://splunk.example:8088\", token: \"env:SPLUNK_TOKEN\"") as? SplunkHECOptions)
        #expect(plain.token == "b0221cd8" && plain.index == nil && !plain.acknowledgement && plain.gzip && plain.batch == 1000)
        #expect(plain.events.format == .canonical && plain.events.evidence == .summary)
        let full = try #require(
            try Self.options(
                """
                type: splunk-hec, url: "https://splunk.example:8088", token: "env:SPLUNK_TOKEN", index: security, sourcetype: "weir:finding", host: gw, ack: true,
                    gzip: false, batch: 50, format: ocsf, evidence: full, timeout: 20s
                """) as? SplunkHECOptions)
        #expect(full.index == "security" && full.sourcetype == "weir:finding" && full.host == "gw" && full.acknowledgement && !full.gzip && full.batch == 50)
        #expect(full.events.format == .ocsf && full.events.evidence == .full && full.destination.timeout == .seconds(20))
    }

    @Test func everyKeyOfAClusterHasItsEffect() throws {
        let plain = try #require(try Self.options("type: elasticsearch, url: \"https://es.example:9200\", api-key: \"env:ES_KEY\"") as? ElasticsearchOptions)
        #expect(plain.index == "logs-weir-default" && plain.credential == .apiKey("aWQ6a2V5") && plain.gzip && plain.events.format == .ecs)
        let full = try #require(
            try Self.options(
                """
                type: elasticsearch, url: "https://es.example:9200", index: findings, user: weir, password: "env:ES_PASSWORD", gzip: false, batch: 7,
                    format: canonical, evidence: full, path: bulk, pipeline: enrich, op: index, time: received
                """) as? ElasticsearchOptions)
        #expect(full.index == "findings" && full.credential == .basic(user: "weir", password: "secret-password") && !full.gzip && full.batch == 7)
        #expect(full.events.format == .canonical && full.events.evidence == .full && full.events.time == .received)
        #expect(full.path == .bulk && full.pipeline == "enrich" && full.operation == .index)
        #expect(plain.path == .index && plain.pipeline == nil && plain.operation == .create && plain.events.time == .event)
    }

    @Test(
        arguments: [
            ("type: splunk-hec, url: \"https://s.example\"", "the sink 's' needs 'token'"),
            ("type: splunk-hec, url: \"https://s.example\", token: \"env:SPACED\"", "token: env:SPACED: a token is printable ASCII without spaces"),
            ("type: splunk-hec, url: \"https://s.example\", token: \"env:SPLUNK_TOKEN\", ack: maybe", "ack: 'maybe' is not true or false"),
            ("type: splunk-hec, url: \"https://s.example\", token: \"env:SPLUNK_TOKEN\", format: oscf", "unknown format 'oscf'"),
            ("type: splunk-hec, url: \"https://s.example\", token: \"env:SPLUNK_TOKEN\", evidence: none", "unknown evidence 'none'"),
            ("type: splunk-hec, url: \"https://s.example\", token: \"env:SPLUNK_TOKEN\", indx: a", "unknown key 'indx'"),
            ("type: elasticsearch, url: \"https://e.example\", format: cef", "unknown format 'cef'"),
            ("type: elasticsearch, url: \"https://e.example\", index: \"Logs*\"", "index: an index has at most 255"),
            ("type: elasticsearch, url: \"https://e.example\", path: _bulk", "unknown path '_bulk'"),
            ("type: elasticsearch, url: \"https://e.example\", op: update", "unknown op 'update'"),
            ("type: elasticsearch, url: \"https://e.example\", pipeline: \"a b\"", "pipeline: 'a b' is not a pipeline's name"),
            ("type: elasticsearch, url: \"https://e.example\", user: weir", "'user' and 'password' belong together"),
            ("type: elasticsearch, url: \"https://e.example\", api-key: \"env:ES_KEY\", user: a, password: \"env:ES_PASSWORD\"", "only one can be used"),
        ])
    func mistakesAreSaid(sink: String, words: String) {
        let errors = Self.errors(sink)
        #expect(errors.contains { $0.contains(words) }, "\(errors)")
        #expect(!errors.contains { $0.contains("b0221cd8") || $0.contains("secret-password") })
    }

    private static let systems = [
        ("type: splunk-hec, token: \"env:SPLUNK_TOKEN\"", "/services/collector"), ("type: elasticsearch", "/_bulk"),
        ("type: defectdojo, token: \"env:SPLUNK_TOKEN\", product: p", "/api/v2"),
        ("type: jira, token: \"env:SPLUNK_TOKEN\", project: SEC, issue-type: Bug", "/rest/api"),
        ("type: servicenow, token: \"env:SPLUNK_TOKEN\"", "/api/now"),
    ]

    /// Whatever of a URL would not be used is refused, and nothing of it is cut in silence.
    @Test(arguments: systems) func whatASystemsURLCannotHoldIsSaid(sink: String, api: String) {
        let place = "https://s.example:8443/proxy"
        #expect(Self.errors("\(sink), url: \"\(place)\"").isEmpty && Self.errors("\(sink), url: \"\(place)\(api)x/\"").isEmpty)
        for (url, words) in [
            ("\(place)?a=secret-password", "url: no query (?…) can stand here"), ("\(place)\(api)", "url: '\(api)' and what follows it come behind the URL"),
            ("\(place)\(api)/event/", "url: '\(api)' and what follows it"),
            ("https://weir:secret-password@s.example", "url: the URL has a user name or password"),
            ("https://weir@s.example", "url: the URL has a user name or password"), ("\(place)#secret-password", "url: the URL has a fragment"),
        ] {
            let errors = Self.errors("\(sink), url: \"\(url)\"").filter { $0.contains(": error: ") }
            #expect(errors.count == 1 && errors[0].contains(words) && !errors[0].contains("secret-password"), "\(url): \(errors)")
        }
    }
}
