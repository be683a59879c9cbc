import CurlTransport
import Delivery
import FindingModel
import Formats
import JSONDocument

/// Posts changes as CloudEvents over HTTP, signed as Standard Webhooks says
/// (github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md), or as JSON in the receiver's own format.
///
/// One change a request is in structured mode, `application/cloudevents+json`; batches are `application/cloudevents-batch+json`
/// (CloudEvents HTTP protocol binding 1.0.2, sections 3.2 and 3.3). An answer of 2xx that looks as expected takes the whole request, any other
/// none of it.
package final class WebhookSink: EventSink {
    package let name: String
    package let limits: SinkLimits
    private let options: WebhookSinkOptions
    private let transport: CurlTransport
    private let clock: any DeliveryClock
    private let userAgent: String
    private let tokens: AccessTokens?
    /// What no answer is quoted with.
    private let secrets: SecretMask

    package static let type = "webhook"

    /// `version` goes into the User-Agent.
    package init(
        name: String, options: WebhookSinkOptions, transport: CurlTransport, version: String, clock: any DeliveryClock = SystemClock()
    ) throws(SinkError) {
        if let issue = options.issues.first { throw issue }
        self.name = name
        self.transport = transport
        self.clock = clock
        userAgent = "weir/\(version)"
        limits = SinkLimits(count: options.batch, bytes: options.batchBytes, requests: options.inFlight)
        secrets = SecretMask(options.headers.compactMap(\.secret) + [options.credentials?.clientSecret].compactMap { $0 })
        tokens = options.credentials.map { AccessTokens($0, destination: options.destination, transport: transport, clock: clock) }
        var options = options
        if options.expectation.text != nil { options.destination.answerBytes = max(options.destination.answerBytes, AnswerExpectation.bodyBytes) }
        self.options = options
    }

    package var type: String { Self.type }

    package func deliver(_ batch: [Change]) async -> DeliveryOutcome {
        let encoded = EncodedBatch(batch, encode)
        guard let first = encoded.events.first?.change, let last = encoded.events.last?.change else {
            return encoded.outcome(.items([], status: nil, id: nil))
        }
        let id = options.batch == 1 ? first.id : "\(first.id)_\(last.sequence)"
        return encoded.outcome(await post(body(of: encoded), id: id))
    }

    package func close() async {}

    /// One attempt; a second with a new access token when the receiver no longer takes the one that was kept.
    private func post(_ body: [UInt8], id: String) async -> DeliveryOutcome {
        do throws(TransportError) {
            guard let tokens else { return outcome(of: try await transport.send(try request(id: id, body: body)), secrets) }
            var isSecond = false
            while true {
                switch await tokens.token() {
                case .failure(let failure): return failure.outcome
                case .success(let token):
                    let response = try await transport.send(try request(id: id, body: body, token: token))
                    var secrets = secrets
                    secrets.add(token)
                    guard response.status == 401, !isSecond else { return outcome(of: response, secrets) }
                    await tokens.refuse(token)
                    isSecond = true
                }
            }
        } catch {
            return HTTPOutcome.of(error)
        }
    }

    /// What an answer means: a success that does not look as expected comes from something else, as a redirect does.
    private func outcome(of response: OutboundResponse, _ secrets: SecretMask) -> DeliveryOutcome {
        let miss = response.isSuccess ? options.expectation.miss(in: response) : nil
        if response.isSuccess, miss == nil { return .delivered(status: response.status, id: nil) }
        let said = AnswerText.line(secrets.masked(response.body, isCut: response.isCut))
        guard let miss else { return HTTPOutcome.of(response, words: said, now: clock.now.milliseconds / 1000) }
        let failure = "answered \(response.status) \(miss)\(said.isEmpty ? "" : ": \(said)")"
        return .pause(DeliveryFailure(failure, status: response.status, mayHaveArrived: true))
    }

    private func encode(_ change: Change, _ parser: inout JSONParser) throws(FormatError) -> EncodedEvent {
        guard let body = options.body else { return EncodedEvent(bytes: change.cloudEventJSON, cut: []) }
        do throws(RecordError) {
            return EncodedEvent(bytes: try body.json(of: change, &parser).bytes, cut: [])
        } catch {
            throw FormatError(message: "the record of change \(change.id) cannot be read: \(error.message)")
        }
    }

    private func body(of batch: EncodedBatch) -> [UInt8] {
        if options.batch == 1, let event = batch.events.first?.event { return event.bytes }
        var writer = JSONWriter(capacity: batch.events.reduce(2) { $0 + $1.event.bytes.count + 1 })
        writer.beginArray()
        for (_, event) in batch.events { writer.raw(event.bytes) }
        writer.endArray()
        return writer.bytes
    }

    private var contentType: String {
        if let contentType = options.contentType { return contentType }
        if options.body != nil { return "application/json" }
        return options.batch == 1 ? "application/cloudevents+json" : "application/cloudevents-batch+json"
    }

    private func request(id: String, body: [UInt8], token: String? = nil) throws(TransportError) -> OutboundRequest {
        let timestamp = String(clock.now.milliseconds / 1000)
        var headers: [OutboundRequest.Header] = [.init("Content-Type", contentType), .init("webhook-id", id), .init("webhook-timestamp", timestamp)]
        if !options.headers.contains(where: { $0.name.lowercased() == "user-agent" }) { headers.append(.init("User-Agent", userAgent)) }
        if let token { headers.append(.init("Authorization", "Bearer \(token)")) }
        if !options.secrets.isEmpty {
            let signatures = options.secrets.map { $0.signature(id: id, timestamp: timestamp, body: body) }
            headers.append(.init("webhook-signature", signatures.joined(separator: " ")))
        }
        headers += options.headers.map { .init($0.name, $0.value) }
        return try options.destination.request(.post, headers: headers, body: body)
    }
}
