/// How a change is written for a system that takes events.
package enum EventFormat: String, Sendable, CaseIterable {
    /// The CloudEvents 1.0 event with the record in Weir's own words.
    case canonical
    /// Open Cybersecurity Schema Framework 1.8: Vulnerability Finding, Scan Activity, Base Event (https://schema.ocsf.io/1.8.0).
    case ocsf
    /// Elastic Common Schema 9.4 (https://www.elastic.co/docs/reference/ecs).
    case ecs
    /// ArcSight Common Event Format, version 0; the only one that loses something.
    case cef

    /// Whether an event is one JSON object; one in CEF is a line of text.
    package var isJSON: Bool { self != .cef }
}

/// Which moment an event stands at in a system's own time.
package enum EventTime: String, Sendable, CaseIterable {
    /// When the vendor says that it happened.
    case event
    /// When the gateway received it.
    case received
}

/// How much of a record goes into an event.
package enum EvidenceDetail: String, Sendable, CaseIterable {
    /// At most `EventEncoder.summaryBytes`: what is too much is shortened, evidence first, and the event says which fields were.
    case summary
    /// The whole record, however large.
    case full
}
