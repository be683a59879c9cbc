import Bytes
import CurlTransport
import Delivery

/// The settings of a sink of type `webhook`.
package struct WebhookSinkOptions: SinkOptions {
    /// A header of the receiver's own.
    package struct Header: Hashable, Sendable {
        package var name: String
        package var value: String
        /// What of the value nobody may be shown; nothing: the value is no secret.
        package var secret: String?

        package init(_ name: String, _ value: String, secret: String? = nil) {
            self.name = name
            self.value = value
            self.secret = secret
        }
    }

    package var destination: Destination
    /// Each adds a signature, so that a secret can be replaced without a gap; none: the requests are not signed.
    package var secrets: [WebhookSecret] = []
    /// Changes in one request, from 1; 1: a request is one event and not a list of them.
    package var batch = 1
    /// Requests under way at a time, from 1 to 64; more than one only with single changes, and never two about one record.
    package var inFlight = 1
    /// Bytes of one request's events, roughly.
    package var batchBytes = 1 << 20
    /// `headers:`
    package var headers: [Header] = []
    /// In place of the media type of CloudEvents. `content-type:`
    package var contentType: String?
    /// In place of CloudEvents. `body:`
    package var body: WebhookBody?
    /// `expect:`
    package var expectation = AnswerExpectation()
    /// `oauth2:`
    package var credentials: ClientCredentials?

    package init(destination: Destination) { self.destination = destination }

    /// Changes that a sink's `batch:` may ask for.
    package static let batchRange = 1...10_000
    /// Headers that the sink, or HTTP itself, sets.
    package static let reservedHeaders: Set<String> = [
        "content-type", "content-length", "content-encoding", "transfer-encoding", "host", "connection", "keep-alive", "expect", "upgrade", "te", "trailer",
        "webhook-id", "webhook-timestamp", "webhook-signature",
    ]

    /// Whether a header can have the name (RFC 9110 section 5.6.2).
    package static func isHeaderName(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { byte in
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                    || "!#$%&'*+-.^_`|~".utf8.contains(byte)
            }
    }

    /// Whether a header can hold the text: printable ASCII, without blanks at its ends (RFC 9110 section 5.5).
    package static func isHeaderValue(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (0x20...0x7e).contains($0) } && text.utf8.first != 0x20 && text.utf8.last != 0x20
    }

    /// Whether `text` is the name of a kind of JSON: `application/json`, `application/vnd.api+json; charset=utf-8`.
    package static func isJSONType(_ text: String) -> Bool {
        let type = AnswerExpectation.mediaType(text).split(separator: "/", omittingEmptySubsequences: false)
        guard isHeaderValue(text), type.count == 2, isHeaderName(String(type[0])), isHeaderName(String(type[1])) else { return false }
        return type[1] == "json" || type[1].utf8.reversed().starts(with: "+json".utf8.reversed())
    }

    /// What is wrong with the settings together; the sink refuses to be made while there is anything.
    package var issues: [SinkError] {
        var issues = Self.batchRange.contains(batch) ? [] : [SinkError("batch", "a batch has 1 to 10000 changes")]
        if inFlight > 1, batch > 1 { issues.append(SinkError("in-flight", "several requests at a time hold one change each: leave batch or in-flight at 1")) }
        for header in headers where !Self.isHeaderName(header.name) || Self.reservedHeaders.contains(header.name.lowercased()) {
            issues.append(SinkError("headers", "'\(AnswerText.line(Array(header.name.utf8), limit: 60))' cannot stand here"))
        }
        for header in headers where !Self.isHeaderValue(header.value) {
            issues.append(SinkError("headers", "the value of \(header.name) is not printable ASCII, or has blanks at its ends"))
        }
        if credentials != nil, headers.contains(where: { $0.name.lowercased() == "authorization" }) {
            issues.append(SinkError("headers", "'oauth2' sets Authorization"))
        }
        if let contentType, !Self.isJSONType(contentType) { issues.append(SinkError("content-type", "this is no kind of JSON, such as application/json")) }
        if let credentials, credentials.tokenURL.isPlain, destination.policy.networks.isEmpty {
            issues.append(SinkError("oauth2.token-url", "http:// is allowed only towards an address that `networks` lists; use https://"))
        }
        return issues + destination.issues
    }

    package func make(_ name: String, _ resources: SinkResources) throws(SinkError) -> ConfiguredSink {
        .events(try WebhookSink(name: name, options: self, transport: resources.transport, version: resources.version, clock: resources.clock))
    }
}
