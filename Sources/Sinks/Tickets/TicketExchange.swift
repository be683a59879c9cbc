import CurlTransport
import Delivery
import FindingModel
import JSONDocument

/// Sends the requests of one ticket system.
struct TicketExchange: Sendable {
    private let destination: Destination
    private let headers: [OutboundRequest.Header]
    private let resources: SinkResources

    /// Answers are read whole up to this, whatever people are shown of them.
    private static let answerBytes = 512 << 10

    /// - Parameter authorization: The header's value.
    init(_ destination: Destination, authorization: String, _ resources: SinkResources) {
        var destination = destination
        destination.answerBytes = max(destination.answerBytes, Self.answerBytes)
        self.destination = destination
        self.resources = resources
        headers = [
            .init("Authorization", authorization), .init("Content-Type", "application/json"), .init("Accept", "application/json"),
            .init("User-Agent", "weir/\(resources.version)"),
        ]
    }

    /// Seconds since 1970.
    var now: Int64 { resources.clock.now.milliseconds / 1000 }

    /// One attempt; `path` comes behind the path of the configured URL.
    func send(_ method: OutboundRequest.Method, _ path: String, _ body: JSONValue? = nil) async throws(TicketFailure) -> OutboundResponse {
        do throws(TransportError) {
            var request = try destination.request(method, path: path, headers: headers, body: body?.bytes ?? [])
            request.isSentOnce = method != .get
            return try await resources.transport.send(request)
        } catch {
            throw TicketFailure(HTTPOutcome.of(error))
        }
    }
}
