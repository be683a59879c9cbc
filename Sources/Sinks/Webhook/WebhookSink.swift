import CurlTransport
import Delivery
import FindingModel
import JSONDocument

/// Posts changes as CloudEvents over HTTP, signed as Standard Webhooks says
/// (github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md).
///
/// One change a request is in structured mode, `application/cloudevents+json`; batches are `application/cloudevents-batch+json`
/// (CloudEvents HTTP protocol binding 1.0.2, sections 3.2 and 3.3). Any answer of 2xx takes the whole request, any other none of it.
package final class WebhookSink: EventSink {
    package let name: String
    package let limits: SinkLimits
    private let options: WebhookSinkOptions
    private let transport: CurlTransport
    private let clock: any DeliveryClock
    private let userAgent: String

    package static let type = "webhook"

    /// `version` goes into the User-Agent.
    package init(
        name: String, options: WebhookSinkOptions, transport: CurlTransport, version: String, clock: any DeliveryClock = SystemClock()
    ) throws(SinkError) {
        if let issue = options.issues.first { throw issue }
        self.name = name
        self.options = options
        self.transport = transport
        self.clock = clock
        userAgent = "weir/\(version)"
        limits = SinkLimits(count: options.batch, bytes: options.batchBytes)
    }

    package var type: String { Self.type }

    package func deliver(_ batch: [Change]) async -> DeliveryOutcome {
        guard let first = batch.first, let last = batch.last else { return .delivered(status: nil, id: nil) }
        let id = options.batch == 1 ? first.id : "\(first.id)_\(last.sequence)"
        do throws(TransportError) {
            let response = try await transport.send(try request(id: id, body: encode(batch)))
            return HTTPOutcome.of(response, now: clock.now.milliseconds / 1000)
        } catch {
            return HTTPOutcome.of(error)
        }
    }

    package func close() async {}

    private func encode(_ batch: [Change]) -> [UInt8] {
        var writer = JSONWriter(capacity: batch.reduce(0) { $0 + $1.data.bytes.count + 512 })
        if options.batch == 1 {
            batch.first?.cloudEvent(to: &writer)
        } else {
            writer.beginArray()
            for change in batch { change.cloudEvent(to: &writer) }
            writer.endArray()
        }
        return writer.bytes
    }

    private func request(id: String, body: [UInt8]) throws(TransportError) -> OutboundRequest {
        let timestamp = String(clock.now.milliseconds / 1000)
        var headers: [OutboundRequest.Header] = [
            .init("Content-Type", options.batch == 1 ? "application/cloudevents+json" : "application/cloudevents-batch+json"),
            .init("User-Agent", userAgent), .init("webhook-id", id), .init("webhook-timestamp", timestamp),
        ]
        if !options.secrets.isEmpty {
            let signatures = options.secrets.map { $0.signature(id: id, timestamp: timestamp, body: body) }
            headers.append(.init("webhook-signature", signatures.joined(separator: " ")))
        }
        return try options.destination.request(.post, headers: headers, body: body)
    }
}
