import CurlTransport
import Delivery
import FindingModel
import Formats
import Glibc
import JSONDocument

/// Writes changes to a receiver of syslog: messages of RFC 5424 over TLS (RFC 5425), TCP (RFC 6587), or as datagrams (RFC 5426).
///
/// The protocol has no answer. A batch counts when the receiver's system has acknowledged all of it and the connection is still open, or, with
/// the proof `closed`, when the receiver has read the stream to its end; otherwise all of it comes again, and its ids tell.
package final class SyslogSink: EventSink {
    package let name: String
    package let limits: SinkLimits
    private let encoder: EventEncoder
    private let messages: SyslogChange
    private let transport: StreamTransport

    package static let type = "syslog"

    package init(name: String, options: SyslogSinkOptions, resources: SinkResources) throws(SinkError) {
        if let issue = options.issues.first { throw issue }
        self.name = name
        limits = SinkLimits(count: options.batch, bytes: SyslogSinkOptions.batchBytes)
        encoder = options.events.encoder(version: resources.version, summaryBytes: SyslogChange.eventBytes)
        messages = SyslogChange(options: options, host: options.host ?? Self.machineName)
        do throws(TransportError) { transport = try StreamTransport(options.target) } catch { throw SinkError("url", error.message) }
    }

    package var type: String { Self.type }

    package func deliver(_ batch: [Change]) async -> DeliveryOutcome {
        let encoded = EncodedBatch(batch, encode)
        guard !encoded.events.isEmpty else { return encoded.outcome(.items([], status: nil, id: nil)) }
        do throws(TransportError) {
            try await transport.send(encoded.events.map(\.event.bytes))
            return encoded.outcome(.delivered(status: nil, id: nil))
        } catch {
            return HTTPOutcome.of(error)
        }
    }

    private func encode(_ change: Change, _ parser: inout JSONParser) throws(FormatError) -> EncodedEvent {
        let event = try encoder.encode(change, &parser)
        let frame = messages.frame(change, event, &parser)
        guard !messages.options.target.address.isDatagram || frame.count <= SyslogSinkOptions.datagramBytes else {
            throw FormatError(
                message: "the message of change \(change.id) is larger than a datagram can be: leave `evidence` at summary, or use tcp:// or tls://")
        }
        return EncodedEvent(bytes: frame, cut: event.cut)
    }

    package func close() async { await transport.shutdown() }

    /// The machine's name; empty, which a message shows as `-`, when it has none.
    private static var machineName: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
