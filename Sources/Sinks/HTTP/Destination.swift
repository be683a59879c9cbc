import Bytes
import CurlTransport
import Delivery

/// Where and how a sink's HTTP requests go: what every sink over HTTP has in its settings.
package struct Destination: Sendable {
    package var url: OutboundURL
    /// Which addresses the URL's host may have; `networks:`.
    package var policy: DestinationPolicy
    /// A PEM file with the authority that is trusted instead of the system's; `ca:`.
    package var certificateAuthorityFile: String?
    /// What the gateway proves itself with; `certificate:` and `key:`.
    package var identity: ClientIdentity?
    package var connectTimeout: Duration = .seconds(5)
    package var timeout: Duration = .seconds(30)
    /// Bytes of an answer's body that are kept; raise it where the body must be read as a whole.
    package var answerBytes = 4 << 10

    package init(url: OutboundURL, policy: DestinationPolicy) {
        self.url = url
        self.policy = policy
    }

    /// What is wrong with the settings together.
    package var issues: [SinkError] {
        var issues: [SinkError] = []
        if url.isPlain, policy.networks.isEmpty {
            issues.append(SinkError("url", "http:// is allowed only towards an address that `networks` lists; use https://, or list the network"))
        }
        if url.isPlain, identity != nil { issues.append(SinkError("certificate", "there is no TLS to prove anything in: use https://")) }
        if timeout <= .zero { issues.append(SinkError("timeout", "a request needs some time")) }
        if connectTimeout <= .zero { issues.append(SinkError("connect-timeout", "a connection needs some time")) }
        return issues
    }

    /// The URL's path without `/` at its end; empty for a URL that ends with its host.
    package var basePath: String {
        var path = Array(url.path.utf8)
        while path.last == UInt8(ascii: "/") { path.removeLast() }
        return String(decoding: path, as: UTF8.self)
    }

    /// The URL without a `/` at its end, for what stands behind it.
    package var root: String { url.text.utf8.last == UInt8(ascii: "/") ? String(url.text.dropLast()) : url.text }

    /// A request to the URL, or to `path` (which begins with `/`, with its query) behind the URL's own path: systems may live below one.
    ///
    /// Whatever of `path` comes from configuration or vendors must be percent-encoded by the caller.
    package func request(
        _ method: OutboundRequest.Method, path: String? = nil, headers: [OutboundRequest.Header] = [], body: [UInt8] = []
    ) throws(TransportError) -> OutboundRequest {
        let place = try path.map { path throws(TransportError) in try url.replacing(path: basePath + path) } ?? url
        var request = OutboundRequest(method: method, url: place, policy: policy)
        request.headers = headers
        request.body = body
        request.certificateAuthorityFile = certificateAuthorityFile
        request.identity = identity
        request.connectTimeout = connectTimeout
        request.timeout = ExchangeTime.within(timeout)
        request.answerLimits.keptBytes = answerBytes
        request.answerLimits.readBytes = max(request.answerLimits.readBytes, answerBytes)
        return request
    }
}
