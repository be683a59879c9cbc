import FindingModel

/// One successful request, as the ledger keeps it: what was told to whom, when.
package struct DeliveryRow: Hashable, Sendable {
    package let sink: String
    package let firstSequence: UInt64
    package let lastSequence: UInt64
    /// Changes in the request.
    package let count: Int
    /// Which ones, `3-7,9`; nothing when it is every one from the first to the last.
    package let sequences: String?
    /// When the answer had come.
    package let time: Timestamp
    package let status: Int?
    /// The sink's own id for the request.
    package let remoteID: String?

    package init(
        sink: String, firstSequence: UInt64, lastSequence: UInt64, count: Int, sequences: String?, time: Timestamp, status: Int?, remoteID: String?
    ) {
        self.sink = sink
        self.firstSequence = firstSequence
        self.lastSequence = lastSequence
        self.count = count
        self.sequences = sequences
        self.time = time
        self.status = status
        self.remoteID = remoteID
    }

    /// The row for `batch`; nothing when it holds no change.
    init?(sink: String, batch: Batch, time: Timestamp, status: Int?, remoteID: String?) {
        guard let first = batch.changes.first, let last = batch.changes.last else { return nil }
        self.init(
            sink: sink, firstSequence: first.sequence, lastSequence: last.sequence, count: batch.changes.count, sequences: batch.sequenceRanges,
            time: time, status: status, remoteID: remoteID)
    }
}
