import CurlTransport
import Delivery
import FindingModel
import Testing

@testable import Sinks

/// Systems that live below a path, as a reverse proxy puts them there.
struct PathPrefixTests {
    private static let systems = ["splunk-hec", "elasticsearch", "defectdojo", "jira", "servicenow"]

    @Test(arguments: systems, ["", "/", "/proxy/system", "/proxy/system/"]) func aSystemIsAskedBelowThePathOfItsURL(type: String, path: String) async throws {
        let peer = try ScriptedPeer { _, _ in .answer(503) }
        let destination = Destination(url: try OutboundURL("http://127.0.0.1:\(peer.port)\(path)"), policy: .loopback)
        let resources = SinkResources(transport: try CurlTransport(), version: "1.2.3", clock: FixedClock())
        let api: String
        switch type {
        case "splunk-hec":
            api = "/services/collector/event"
            _ = await (try SplunkHECSink(name: "s", options: SplunkHECOptions(destination: destination, token: "t"), resources: resources)).deliver([
                .finding(.sample("f_1"), 1)
            ])
        case "elasticsearch":
            api = "/logs-weir-default/_bulk?"
            _ = await (try ElasticsearchSink(name: "s", options: ElasticsearchOptions(destination: destination), resources: resources)).deliver([
                .finding(.sample("f_1"), 1)
            ])
        case "defectdojo":
            api = "/api/v2/reimport-scan/"
            let options = DefectDojoSinkOptions(destination: destination, token: "t", product: "p")
            _ = await (try DefectDojoSink(name: "s", options: options, resources: resources)).deliver([.finding(.sample("f_1"), 1)])
        case "jira":
            api = "/rest/api/3/search/jql"
            let options = JiraSinkOptions(destination: destination, authorization: "Bearer t", project: "SEC", issueType: "Bug")
            _ = await (try JiraTicketSystem(name: "s", options: options, resources: resources)).find(mark: "weir-f_1")
        default:
            api = "/api/now/table/incident?"
            let options = try ServiceNowSinkOptions(destination: destination, authorization: "Bearer t")
            _ = await (try ServiceNowTicketSystem(name: "s", options: options, resources: resources)).find(mark: "weir-f_1")
        }
        let prefix = path.isEmpty || path == "/" ? "" : "/proxy/system"
        #expect(peer.requests.count == 1 && peer.requests.allSatisfy { $0.target.hasPrefix(prefix + api) }, "\(peer.requests.map(\.target))")
    }

    @Test func whatIsPassedBehindThePathKeepsItsQuery() throws {
        let destination = Destination(url: try OutboundURL("https://proxy.example/a%20b/c//"), policy: .loopback)
        #expect(destination.basePath == "/a%20b/c")
        #expect(try destination.request(.get, path: "/x?y=1").url.text == "https://proxy.example/a%20b/c/x?y=1")
        #expect(try destination.request(.get).url.text == "https://proxy.example/a%20b/c//")
    }
}
