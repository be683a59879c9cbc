/// One state change of a record: a CloudEvents 1.0 event, written once and never renumbered.
package struct Change: Equatable, Sendable {
    /// Dense, from 1; sinks' cursors point there.
    package var sequence: UInt64
    /// `<tag>-<entry number>-<n>`: the idempotency key at every sink.
    package var id: String
    /// What happened, for example `finding.opened`, `scan.completed` or `notice.target_created`.
    package var type: String
    /// `/sources/<name>`, or `/gateway` for the gateway's own notices.
    package var source: String
    /// The record's uid.
    package var subject: String
    /// When the vendor says it happened.
    package var time: Timestamp
    /// Whether an earlier change of the record told a newer time.
    package var isLate = false
    /// When the receipt was accepted.
    package var receivedTime: Timestamp
    /// What the wall clock said then: another time only while the clock of an earlier receipt had been ahead.
    package var wallTime: Timestamp
    package var kind: RecordKind
    /// The record after the change: canonical JSON, one object.
    package var data: RawJSON
    /// Whether the receipt that made it was erased: what had not left by then does not leave any more.
    package var isErased = false

    package init(
        sequence: UInt64, id: String, type: String, source: String, subject: String, time: Timestamp, receivedTime: Timestamp, kind: RecordKind, data: RawJSON,
        isLate: Bool = false, isErased: Bool = false
    ) {
        self.sequence = sequence
        self.id = id
        self.type = type
        self.source = source
        self.subject = subject
        self.time = time
        self.receivedTime = receivedTime
        wallTime = receivedTime
        self.kind = kind
        self.data = data
        self.isLate = isLate
        self.isErased = isErased
    }
}
