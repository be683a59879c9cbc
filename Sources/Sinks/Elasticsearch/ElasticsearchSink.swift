import CurlTransport
import Delivery
import FindingModel
import Formats
import Gzip

/// Makes documents by Elasticsearch's and OpenSearch's `_bulk` API, each under its change's id.
///
/// A repetition of a change is answered 409 and does nothing, so a document stands once in an index. Behind a data stream that is so within
/// one backing index: after a rollover a repetition goes into the next.
package final class ElasticsearchSink: EventSink {
    package let name: String
    package let limits: SinkLimits
    private let options: ElasticsearchOptions
    private let encoder: EventEncoder
    private let transport: CurlTransport
    private let clock: any DeliveryClock
    private let path: String
    private let headers: [OutboundRequest.Header]

    package static let type = "elasticsearch"
    /// Bytes of an answer that are read: a status and an error for each document.
    private static let answerBytes = 4 << 20

    package init(name: String, options: ElasticsearchOptions, resources: SinkResources) throws(SinkError) {
        if let issue = options.issues.first { throw issue }
        self.name = name
        var options = options
        options.destination.answerBytes = max(options.destination.answerBytes, Self.answerBytes)
        self.options = options
        limits = SinkLimits(count: options.batch, bytes: ElasticsearchOptions.batchBytes)
        encoder = options.events.encoder(version: resources.version)
        transport = resources.transport
        clock = resources.clock
        let pipeline = options.pipeline.map { "&pipeline=\(PercentEncoding.encode($0))" } ?? ""
        path = "\(options.path == .index ? "/\(options.index)" : "")\(ElasticsearchOptions.api)?\(BulkAnswer.filter)\(pipeline)"
        var headers: [OutboundRequest.Header] = [.init("Content-Type", "application/x-ndjson"), .init("User-Agent", "weir/\(resources.version)")]
        switch options.credential {
        case .apiKey(let key): headers.append(.init("Authorization", "ApiKey \(key)"))
        case .basic(let user, let password): headers.append(.init("Authorization", "Basic " + Base64.encode(Array("\(user):\(password)".utf8))))
        case nil: break
        }
        self.headers = headers
    }

    package var type: String { Self.type }

    package func deliver(_ batch: [Change]) async -> DeliveryOutcome {
        let encoded = EncodedBatch(batch, encoder)
        guard !encoded.events.isEmpty else { return encoded.outcome(.items([], status: nil, id: nil)) }
        do throws(TransportError) {
            var headers = headers
            var body = BulkBody.of(encoded.events, options)
            if options.gzip, let compressed = Gzip.compress(body) {
                headers.append(.init("Content-Encoding", "gzip"))
                body = compressed
            }
            let response = try await transport.send(try options.destination.request(.post, path: path, headers: headers, body: body))
            return encoded.outcome(BulkAnswer(response: response, now: clock.now.milliseconds / 1000).outcome(count: encoded.events.count))
        } catch {
            return HTTPOutcome.of(error)
        }
    }

    package func close() async {}
}
