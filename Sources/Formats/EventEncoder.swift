import FindingModel
import JSONDocument

/// Writes changes in one format.
package struct EventEncoder: Sendable {
    /// Bytes of the largest event with `evidence: summary`; Splunk cuts events at 10,000 (props.conf, `TRUNCATE`).
    package static let summaryBytes = 8192

    package let format: EventFormat
    package let evidence: EvidenceDetail
    /// Bytes of the largest event with `evidence: summary`.
    private let limit: Int
    /// The program's version, which CEF has a place for.
    private let version: String
    /// What ECS documents have as `@timestamp`.
    private let time: EventTime

    /// `summaryBytes`, from 7,500, is for systems that take less than others with `evidence: summary`.
    package init(_ format: EventFormat, evidence: EvidenceDetail = .summary, summaryBytes: Int = Self.summaryBytes, time: EventTime = .event, version: String) {
        self.format = format
        self.evidence = evidence
        limit = summaryBytes
        self.time = time
        self.version = version
    }

    /// The change as one event.
    ///
    /// The error says that its record is not one that this version knows. `parser` is used again; the call ends its last tape.
    package func encode(_ change: Change, _ parser: inout JSONParser) throws(FormatError) -> EncodedEvent {
        if format == .canonical {
            let bytes = change.cloudEventJSON
            if fits(bytes) { return EncodedEvent(bytes: bytes, cut: []) }
        }
        let record: Record
        do throws(RecordError) {
            record = try Record(kind: change.kind, parsing: change.data, parser: &parser)
        } catch {
            throw FormatError(message: "the record of change \(change.id) cannot be read: \(error.message)")
        }
        return encode(EventContent(change: change, record: record, stamp: time == .received ? change.receivedTime : change.time))
    }

    /// As `encode(_:_:)`, with a parser of its own.
    package func encode(_ change: Change) throws(FormatError) -> EncodedEvent {
        var parser = JSONParser()
        return try encode(change, &parser)
    }

    private func encode(_ content: EventContent) -> EncodedEvent {
        var bytes = write(content)
        guard !fits(bytes) else { return EncodedEvent(bytes: bytes, cut: []) }
        var summary = content
        summary.wholeBytes = bytes.count
        for allowance in Allowance.steps {
            (summary.record, summary.cut) = RecordSummary.of(content.record, allowance)
            bytes = write(summary)
            if fits(bytes) { break }
        }
        return EncodedEvent(bytes: bytes, cut: summary.cut)
    }

    private func fits(_ bytes: [UInt8]) -> Bool { evidence == .full || bytes.count <= limit }

    private func write(_ content: EventContent) -> [UInt8] {
        if format == .cef { return CEFEvent.of(content, version: version) }
        var writer = JSONWriter(capacity: content.change.data.bytes.count + 1024)
        switch format {
        case .canonical: CanonicalEvent.write(content, to: &writer)
        case .ocsf: OCSFEvent.write(content, to: &writer)
        case .ecs: ECSEvent.write(content, to: &writer)
        case .cef: break
        }
        return writer.bytes
    }
}

/// What an event is made of.
struct EventContent {
    let change: Change
    /// The change's record, perhaps shortened.
    var record: Record
    /// The moment that the event stands at in the system's own time.
    let stamp: Timestamp
    /// Fields of the record that were shortened.
    var cut: [String] = []
    /// Bytes of the event before anything was cut.
    var wholeBytes = 0
}
