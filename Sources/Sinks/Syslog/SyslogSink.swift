import CurlTransport
import Delivery
import FindingModel
import Formats
import Glibc
import JSONDocument

/// Writes changes to a receiver of syslog: messages of RFC 5424, counted by octets, over TLS (RFC 5425) or TCP (RFC 6587 section 3.4.1).
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
        let encoded = EncodedBatch(batch, encoder)
        guard !encoded.events.isEmpty else { return encoded.outcome(.items([], status: nil, id: nil)) }
        var parser = JSONParser()
        var bytes: [UInt8] = []
        bytes.reserveCapacity(encoded.events.reduce(0) { $0 + $1.event.bytes.count + 512 })
        for (change, event) in encoded.events { bytes += messages.frame(change, event, &parser) }
        do throws(TransportError) {
            try await transport.send(bytes)
            return encoded.outcome(.delivered(status: nil, id: nil))
        } catch {
            return HTTPOutcome.of(error)
        }
    }

    package func close() async { await transport.shutdown() }

    /// The machine's name; empty, which a message shows as `-`, when it has none.
    private static var machineName: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
