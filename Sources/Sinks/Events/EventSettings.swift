import Formats

/// How a sink for a SIEM writes changes: `format:` and `evidence:`.
package struct EventSettings: Hashable, Sendable {
    package var format: EventFormat
    package var evidence = EvidenceDetail.summary

    package init(format: EventFormat) { self.format = format }

    func encoder(version: String, summaryBytes: Int = EventEncoder.summaryBytes) -> EventEncoder {
        EventEncoder(format, evidence: evidence, summaryBytes: summaryBytes, version: version)
    }
}
