import FindingModel

/// The change that a successful request ended with, and where it stood then.
struct NamedDelivery: Sendable {
    /// The row's number.
    let id: Int64
    let change: String
    let sequence: UInt64
}

/// One successful request, as the ledger keeps it: what was told to whom, when.
package struct DeliveryRow: Hashable, Sendable {
    package let sink: String
    package let firstSequence: UInt64
    package let lastSequence: UInt64
    /// The id of the change at `lastSequence`: in a row that was made anew it counts, and not the number. Nothing in rows of an older version.
    package let lastChange: String?
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
        sink: String, firstSequence: UInt64, lastSequence: UInt64, lastChange: String? = nil, count: Int, sequences: String?, time: Timestamp, status: Int?,
        remoteID: String?
    ) {
        self.sink = sink
        self.firstSequence = firstSequence
        self.lastSequence = lastSequence
        self.lastChange = lastChange
        self.count = count
        self.sequences = sequences
        self.time = time
        self.status = status
        self.remoteID = remoteID
    }

    /// The row for changes in their order; nothing without one.
    init?(sink: String, sequences: [UInt64], lastChange: String? = nil, time: Timestamp, status: Int?, remoteID: String?) {
        guard let first = sequences.first, let last = sequences.last else { return nil }
        self.init(
            sink: sink, firstSequence: first, lastSequence: last, lastChange: lastChange, count: sequences.count, sequences: Self.ranges(sequences), time: time,
            status: status,
            remoteID: remoteID)
    }

    /// The sequences as ranges, `3-7,9`; nothing when they are one row without a gap.
    static func ranges(_ sequences: [UInt64]) -> String? {
        var ranges: [ClosedRange<UInt64>] = []
        for sequence in sequences {
            if let range = ranges.last, range.upperBound &+ 1 == sequence {
                ranges[ranges.count - 1] = range.lowerBound...sequence
            } else {
                ranges.append(sequence...sequence)
            }
        }
        guard ranges.count > 1 else { return nil }
        return ranges.map { $0.lowerBound == $0.upperBound ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ",")
    }
}
