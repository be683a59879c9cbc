import CurlTransport
import Delivery
import Digests
import FindingModel
import Formats
import Gzip

/// Posts changes to Splunk's HTTP Event Collector, `/services/collector/event`
/// (help.splunk.com, "Set up and use HTTP Event Collector in Splunk Web").
///
/// The collector answers before an event is indexed and knows no repetitions, so an event may be lost behind it without indexer
/// acknowledgement, and may stand in the index twice; its `id` tells.
package final class SplunkHECSink: EventSink {
    package let name: String
    package let limits: SinkLimits
    private let options: SplunkHECOptions
    private let encoder: EventEncoder
    private let transport: CurlTransport
    private let clock: any DeliveryClock
    private let headers: [OutboundRequest.Header]

    package static let type = "splunk-hec"
    static let path = SplunkHECOptions.api + "/event"

    package init(name: String, options: SplunkHECOptions, resources: SinkResources) throws(SinkError) {
        if let issue = options.issues.first { throw issue }
        self.name = name
        self.options = options
        limits = SinkLimits(count: options.batch, bytes: SplunkHECOptions.batchBytes)
        encoder = options.events.encoder(version: resources.version)
        transport = resources.transport
        clock = resources.clock
        var headers: [OutboundRequest.Header] = [
            .init("Authorization", "Splunk \(options.token)"), .init("Content-Type", "application/json"), .init("User-Agent", "weir/\(resources.version)"),
        ]
        if options.acknowledgement { headers.append(.init("X-Splunk-Request-Channel", Self.channel(name, options))) }
        self.headers = headers
    }

    package var type: String { Self.type }

    package func deliver(_ batch: [Change]) async -> DeliveryOutcome {
        let encoded = EncodedBatch(batch, encoder)
        var refusals = HECRefusals(count: encoded.events.count)
        // The collector takes none of a request that has an invalid event, and names the first: without it the others go on.
        while !refusals.rest.isEmpty {
            do throws(TransportError) {
                let answer = try await post(refusals.rest.map { encoded.events[$0] })
                if let event = answer.refusedEvent(of: refusals.rest.count), refusals.add(event, answer.failure) { continue }
                return encoded.outcome(refusals.outcome(await confirmed(answer)))
            } catch {
                return HTTPOutcome.of(error)
            }
        }
        return encoded.outcome(refusals.outcome(.items([], status: nil, id: nil)))
    }

    package func close() async {}

    private func post(_ events: [(change: Change, event: EncodedEvent)]) async throws(TransportError) -> HECAnswer {
        let envelope = HECEvent(options: options)
        var body: [UInt8] = []
        for (change, event) in events { envelope.write(change, event, to: &body) }
        var headers = headers
        if options.gzip, let compressed = Gzip.compress(body) {
            headers.append(.init("Content-Encoding", "gzip"))
            body = compressed
        }
        return HECAnswer(try await transport.send(try options.destination.request(.post, path: Self.path, headers: headers, body: body)), now: now)
    }

    /// What the answer means, with indexer acknowledgement only after the indexers' word.
    private func confirmed(_ answer: HECAnswer) async -> DeliveryOutcome {
        guard options.acknowledgement, case .delivered(let status, _) = answer.outcome else { return answer.outcome }
        guard let id = answer.acknowledgementID else {
            return .pause(DeliveryFailure("the token has no indexer acknowledgement: enable it, or set ack: false", status: status, mayHaveArrived: true))
        }
        return await confirmation(of: id, answer.outcome)
    }

    /// `delivered` once the indexers confirm the batch; without their word it comes again.
    private func confirmation(of id: Int64, _ delivered: DeliveryOutcome) async -> DeliveryOutcome {
        for wait in HECAcknowledgement.waits {
            do { try await clock.sleep(for: wait) } catch { break }
            do throws(TransportError) {
                let question = try options.destination.request(
                    .post, path: HECAcknowledgement.path, headers: headers, body: HECAcknowledgement.question(id))
                switch HECAcknowledgement.read(try await transport.send(question), id: id, now: now) {
                case .indexed: return delivered
                case .open: continue
                case .ended(let outcome): return outcome
                }
            } catch {
                if error.code == .cancelled || error.code == .stopped { break }
            }
        }
        return .retry(DeliveryFailure("the indexers did not confirm batch \(id) of the channel", mayHaveArrived: true))
    }

    private var now: Int64 { clock.now.milliseconds / 1000 }

    /// A UUID (RFC 9562, version 8) that the same sink has after every restart.
    private static func channel(_ name: String, _ options: SplunkHECOptions) -> String {
        var hash = SHA256Hash()
        for part in ["splunk-hec", name, options.destination.url.text] { hash.update(part: part) }
        var bytes = Array(hash.finish().bytes.prefix(16))
        bytes[6] = bytes[6] & 0x0f | 0x80
        bytes[8] = bytes[8] & 0x3f | 0x80
        return [0..<4, 4..<6, 6..<8, 8..<10, 10..<16].map { Hex.encode(Array(bytes[$0])) }.joined(separator: "-")
    }
}
