import CurlTransport
import Delivery

/// The settings of a sink of type `webhook`.
package struct WebhookSinkOptions: SinkOptions {
    package var destination: Destination
    /// Each adds a signature, so that a secret can be replaced without a gap; none: the requests are not signed.
    package var secrets: [WebhookSecret] = []
    /// Changes in one request, from 1; 1: a request is one event and not a list of them.
    package var batch = 1
    /// Bytes of one request's events, roughly.
    package var batchBytes = 1 << 20

    package init(destination: Destination) { self.destination = destination }

    /// Changes that a sink's `batch:` may ask for.
    package static let batchRange = 1...10_000

    /// What is wrong with the settings together; the sink refuses to be made while there is anything.
    package var issues: [SinkError] {
        let issues = Self.batchRange.contains(batch) ? [] : [SinkError("batch", "a batch has 1 to 10000 changes")]
        return issues + destination.issues
    }

    package func make(_ name: String, _ resources: SinkResources) throws(SinkError) -> ConfiguredSink {
        .events(try WebhookSink(name: name, options: self, transport: resources.transport, version: resources.version, clock: resources.clock))
    }
}
