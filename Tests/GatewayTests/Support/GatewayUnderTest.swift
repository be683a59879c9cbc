import Adapters
import Console
import CurlTransport
import FindingModel
import Foundation
import Gateway
import JSONDocument
import Testing

/// A gateway of its own on free ports, with a source for each vendor and a file sink.
struct GatewayUnderTest {
    static let secret = "gateway-test-secret-0123456789-abcdef"
    static let token = "gateway-test-token-0123456789-abcdef"

    let folder: TemporaryFolder
    let configuration: GatewayConfiguration
    let gateway: Gateway

    static let yaml = """
        listen: { ingest: "127.0.0.1:0", console: "127.0.0.1:0" }
        data: data
        sources:
          h: { adapter: hostedscan, secrets: [ "env:SECRET" ] }
          p: { adapter: probely, secrets: [ "env:SECRET" ] }
          m: { adapter: holm, secrets: [ "env:SECRET" ] }
          r: { adapter: reconfirm, secrets: [ "env:SECRET" ] }
        sinks:
          archive: { type: file, path: changes.ndjson }
        operators:
          reader: { token: "env:TOKEN", role: read }
          alice: { token: "env:OPERATE_TOKEN", role: operate }
        """

    static let environment = ["SECRET": secret, "TOKEN": token, "OPERATE_TOKEN": token + "-operate"]

    /// Starts a gateway on what is in `folder`.
    static func start(in folder: TemporaryFolder, yaml: String = yaml) async throws -> GatewayUnderTest {
        let configuration = try GatewayConfiguration.parse(yaml, file: folder.path + "/weir.yaml", environment: environment)
        let gateway = try await Gateway.start(configuration, onFailure: {})
        return GatewayUnderTest(folder: folder, configuration: configuration, gateway: gateway)
    }

    /// Posts `body` as the vendor of `source` would; returns the status and the answer.
    func send(_ source: String, _ body: String) async throws -> (status: Int, body: String) {
        let settings = try #require(configuration.sources.first { $0.name == source })
        let adapter = try #require(configuration.adapters.adapters[settings.adapter])
        let bytes = Array(body.utf8)
        let signed = RequestSigner(scheme: adapter.authentication, secret: Array(Self.secret.utf8)).credentials(for: bytes, now: SystemClock.now())
        let headers = [("Content-Type", "application/json")] + signed.headers.map { ($0.name, $0.value) }
        return try await HTTPExchange.send(.post, gateway.ingestURL + "/in/\(source)" + signed.pathSuffix, headers: headers, body: bytes)
    }

    /// The changes that the file sink holds.
    var changes: [JSONValue] {
        folder.read("changes.ndjson").split(separator: "\n").compactMap { try? JSONValue(parsing: Array($0.utf8)) }
    }

    /// Waits until the file sink holds `count` changes.
    func waitForChanges(_ count: Int) async throws {
        let arrived = await Condition.holds(within: 60) { changes.count >= count }
        try #require(arrived, "\(changes.count) of \(count) changes")
    }

    /// Waits until the first sink says that it has delivered `count` changes: the ledger is written after the sink has them. Returns what it says.
    func waitForDelivered(_ count: Int64) async throws -> JSONValue {
        var sink: JSONValue?
        let deadline = ContinuousClock.now + .seconds(60)
        repeat {
            sink = try await ask(.get, "/v1/sinks").json["sinks"]?.arrayValue?.first
        } while (sink?["delivered"]?.integerValue ?? 0) < count && ContinuousClock.now < deadline
        return try #require(sink)
    }

    /// Asks the console over the socket in the data folder.
    func ask(_ method: OperatorRequest.Method, _ path: String, body: String = "") async throws -> (status: Int, json: JSONValue) {
        let answer = try await HTTPExchange.send(
            method == .get ? .get : .post, "http://weir" + path, headers: [], body: Array(body.utf8), socket: configuration.storage.socketFile)
        return (answer.status, try JSONValue(parsing: Array(answer.body.utf8)))
    }
}
