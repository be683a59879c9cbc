import FindingModel

/// A stretch of the changes that is handed over, and acknowledged, as one.
package struct Batch: Equatable, Sendable {
    /// Those that the sink gets, in order; may be empty.
    package internal(set) var changes: [Change] = []
    /// The last sequence before the stretch.
    package let after: UInt64
    /// The last sequence of the stretch.
    package internal(set) var through: UInt64
    /// The id of the change there; nothing while the stretch is empty.
    package internal(set) var lastID: String?
    /// Changes of the stretch that no route takes to the sink.
    package internal(set) var filtered: UInt64 = 0
    /// Sequences of the stretch whose changes are no longer kept.
    package internal(set) var expired: UInt64 = 0

    init(after: UInt64) {
        self.after = after
        through = after
    }

    /// The sequences of `changes` as ranges, `3-7,9`; nothing when they are one row without a gap.
    package var sequenceRanges: String? {
        guard let first = changes.first?.sequence, let last = changes.last?.sequence, last - first &+ 1 != UInt64(changes.count) else { return nil }
        var ranges: [ClosedRange<UInt64>] = []
        for change in changes {
            if let range = ranges.last, range.upperBound &+ 1 == change.sequence {
                ranges[ranges.count - 1] = range.lowerBound...change.sequence
            } else {
                ranges.append(change.sequence...change.sequence)
            }
        }
        return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ",")
    }
}
