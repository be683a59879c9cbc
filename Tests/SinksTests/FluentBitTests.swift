import CurlTransport
import Delivery
import FindingModel
import Formats
import JSONDocument
import Synchronization
import Testing

@testable import Sinks

/// The Elasticsearch sink against a peer that answers as Fluent Bit's input does (plugins/in_elasticsearch of its source): one path, its query left
/// out, two media types, gzip, the operations `index` and `create`, and a status without an id for each.
///
/// Fluent Bit itself is in no package source that the tests may use.
struct FluentBitTests {
    /// What the input understood.
    private final class Input: Sendable {
        let documents = Mutex<[JSONValue]>([])

        func reply(to request: ScriptedPeer.Request) -> ScriptedPeer.Reply {
            let path = request.target.split(separator: "?", omittingEmptySubsequences: false).first
            guard request.method == "POST", path == "/_bulk" else { return .answer(400, body: Array("error: invalid HTTP endpoint\n".utf8)) }
            let type = request.header("content-type") ?? ""
            guard type.hasPrefix("application/x-ndjson") || type.hasPrefix("application/json") else {
                return .answer(400, body: Array("error: invalid 'Content-Type'\n".utf8))
            }
            let lines = (decoded(request) ?? []).split(separator: UInt8(ascii: "\n")).compactMap { try? JSONValue(parsing: Array($0)) }
            var statuses: [String] = []
            for index in stride(from: 0, to: lines.count - 1, by: 2) {
                let operation = lines[index].objectValue?.first?.name ?? ""
                guard ["index", "create"].contains(operation) else {
                    statuses.append(#"{"unknown":{"status":400,"result":"bad_request"}}"#)
                    break
                }
                documents.withLock { $0.append(lines[index + 1]) }
                statuses.append("{\"\(operation)\":{\"status\":201,\"result\":\"created\"}}")
            }
            let isWrong = statuses.contains { $0.contains("\"status\":40") }
            return .answer(200, body: Array("{\"errors\":\(isWrong),\"items\":[\(statuses.joined(separator: ","))]}".utf8))
        }
    }

    private let transport: CurlTransport

    init() throws { transport = try CurlTransport() }

    private func sink(_ peer: ScriptedPeer, _ change: (inout ElasticsearchOptions) -> Void) throws -> ElasticsearchSink {
        var options = ElasticsearchOptions(destination: Destination(url: try OutboundURL("http://127.0.0.1:\(peer.port)"), policy: .loopback))
        options.events.format = .canonical
        change(&options)
        return try ElasticsearchSink(name: "es", options: options, resources: SinkResources(transport: transport, version: "1.2.3", clock: FixedClock()))
    }

    @Test(arguments: [ElasticsearchOptions.Operation.create, .index], [false, true])
    func everyDocumentArrivesAtItsOnePath(operation: ElasticsearchOptions.Operation, gzip: Bool) async throws {
        let input = Input()
        let peer = try ScriptedPeer { request, _ in input.reply(to: request) }
        let sink = try sink(peer) {
            $0.path = .bulk
            $0.operation = operation
            $0.gzip = gzip
        }
        let changes = Change.findings(1...50)
        #expect(await sink.deliver(changes) == .delivered(status: 200, id: nil))
        let ids = input.documents.withLock { $0.map { $0["id"]?.stringValue } }
        #expect(ids == changes.map(\.id))
    }

    @Test func itsWordsAboutAnotherPathAreNoDelivery() async throws {
        let input = Input()
        let peer = try ScriptedPeer { request, _ in input.reply(to: request) }
        let outcome = await (try sink(peer) { $0.path = .index }).deliver(Change.findings(1...2))
        #expect(!outcome.isDelivered && outcome.failure?.reason.contains("invalid HTTP endpoint") == true, "\(outcome)")
        #expect(input.documents.withLock { $0.isEmpty })
    }
}
