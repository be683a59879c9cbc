import CurlTransport
import Delivery
import FindingModel
import Synchronization

/// Posts digests to a channel by an incoming webhook (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks).
///
/// A message shows a batch. Slack keeps no key that tells repetitions apart, so a message whose answer was lost may appear twice.
package final class SlackSink: EventSink {
    package let name: String
    package let limits: SinkLimits
    private let options: SlackSinkOptions
    private let resources: SinkResources
    private let pace = Mutex(MessagePace())

    package static let type = "slack"

    package init(name: String, options: SlackSinkOptions, resources: SinkResources) throws(SinkError) {
        if let issue = options.issues.first { throw issue }
        self.name = name
        self.options = options
        self.resources = resources
        limits = SinkLimits(count: options.batch, bytes: 1 << 20)
    }

    package var type: String { Self.type }

    package func deliver(_ batch: [Change]) async -> DeliveryOutcome {
        guard !batch.isEmpty else { return .delivered(status: nil, id: nil) }
        let wait = pace.withLock { $0.wait(at: resources.clock.now) }
        if wait > .zero, (try? await resources.clock.sleep(for: wait)) == nil {
            return .retry(DeliveryFailure("stopped before the message was sent"))
        }
        do throws(TransportError) {
            let headers = [OutboundRequest.Header("Content-Type", "application/json"), .init("User-Agent", "weir/\(resources.version)")]
            var request = try options.destination.request(.post, headers: headers, body: SlackMessage.encode(batch))
            request.isSentOnce = true
            return SlackAnswer.outcome(try await resources.transport.send(request), now: resources.clock.now.milliseconds / 1000)
        } catch {
            return HTTPOutcome.of(error)
        }
    }

    package func close() async {}
}
