import CurlTransport
import Delivery

/// The settings of a sink of type `webhook`.
package struct WebhookSinkOptions: Sendable {
    /// Where to post to.
    package var url: OutboundURL
    /// Which addresses the URL's host may have; `networks:`.
    package var policy: DestinationPolicy
    /// Each adds a signature, so that a secret can be replaced without a gap; none: the requests are not signed.
    package var secrets: [WebhookSecret] = []
    /// Changes in one request, from 1; 1: a request is one event and not a list of them.
    package var batch = 1
    /// Bytes of one request's events, roughly.
    package var batchBytes = 1 << 20
    /// A PEM file with the authority that is trusted instead of the system's; `ca:`.
    package var certificateAuthorityFile: String?
    package var connectTimeout: Duration = .seconds(5)
    package var timeout: Duration = .seconds(30)
    /// Bytes of an answer's body that are kept.
    package var answerBytes = 4 << 10

    package init(url: OutboundURL, policy: DestinationPolicy) {
        self.url = url
        self.policy = policy
    }

    /// Changes that a sink's `batch:` may ask for.
    package static let batchRange = 1...10_000

    /// What is wrong with the settings together; the sink refuses to be made while there is anything.
    package var issues: [SinkError] {
        var issues: [SinkError] = []
        if !Self.batchRange.contains(batch) { issues.append(SinkError("batch", "a batch has 1 to 10000 changes")) }
        if url.isPlain, policy.networks.isEmpty {
            issues.append(SinkError("url", "http:// is allowed only towards an address that `networks` lists; use https://, or list the network"))
        }
        if timeout <= .zero { issues.append(SinkError("timeout", "a request needs some time")) }
        if connectTimeout <= .zero { issues.append(SinkError("connect-timeout", "a connection needs some time")) }
        return issues
    }
}
