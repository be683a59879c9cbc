import FindingModel
import Formats

/// How a sink for a SIEM writes changes: `format:`, `evidence:` and `time:`.
package struct EventSettings: Hashable, Sendable {
    package var format: EventFormat
    package var evidence = EvidenceDetail.summary
    package var time = EventTime.event

    package init(format: EventFormat) { self.format = format }

    func encoder(version: String, summaryBytes: Int = EventEncoder.summaryBytes) -> EventEncoder {
        EventEncoder(format, evidence: evidence, summaryBytes: summaryBytes, time: time, version: version)
    }

    /// The moment that the change stands at in the system's own time.
    func stamp(of change: Change) -> Timestamp { time == .received ? change.receivedTime : change.time }
}
