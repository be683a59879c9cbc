import FindingModel

/// Cuts the row of changes into batches that a sink takes.
package struct BatchBuilder: Sendable {
    private let limits: SinkLimits
    private var open: Batch
    private var openBytes = 0

    package init(limits: SinkLimits, after sequence: UInt64) {
        self.limits = limits
        open = Batch(after: sequence)
    }

    /// The last sequence taken in.
    package var position: UInt64 { open.through }

    /// Whether a change waits in the open batch.
    package var holdsChanges: Bool { !open.changes.isEmpty }

    /// Takes the next change in, whose sequence must be larger than `position`; a smaller one is passed over.
    ///
    /// Returns the batch that became full by it or before it.
    package mutating func add(_ change: Change, isTaken: Bool) -> [Batch] {
        guard change.sequence > open.through else { return [] }
        var full: [Batch] = []
        let bytes = change.approximateBytes
        if isTaken, holdsChanges, openBytes + bytes > limits.bytes { full.append(close()) }
        open.expired += change.sequence - open.through - 1
        open.through = change.sequence
        open.lastID = change.id
        guard isTaken else {
            open.filtered += 1
            return full
        }
        open.changes.append(change)
        openBytes += bytes
        if open.changes.count >= limits.count || openBytes >= limits.bytes { full.append(close()) }
        return full
    }

    /// Ends the open batch, also one without changes; nothing when no change was taken in since the last.
    package mutating func flush() -> Batch? { open.through > open.after ? close() : nil }

    private mutating func close() -> Batch {
        defer {
            open = Batch(after: open.through)
            openBytes = 0
        }
        return open
    }
}

extension Change {
    /// About the size of its CloudEvents JSON: the attributes around the record take some 300 bytes.
    var approximateBytes: Int { data.bytes.count + subject.utf8.count + source.utf8.count + id.utf8.count + 300 }
}
