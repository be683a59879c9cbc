/// How far a sink has come, and what became of the changes up to there.
///
/// Always `cursor - start + vanished = delivered + filtered + superseded + expired + dropped + open`.
package struct SinkPosition: Hashable, Sendable {
    package let name: String
    /// The last sequence before the sink's first change.
    package let start: UInt64
    /// The last sequence that is done with, or stands in a row of its own.
    package internal(set) var cursor: UInt64
    /// The id of the change at the cursor, which tells where the cursor belongs when state.db was made again; nothing while unknown.
    package internal(set) var anchor: String?
    package internal(set) var delivered: UInt64 = 0
    package internal(set) var filtered: UInt64 = 0
    /// Changes that a state sink did not need, because it had been told of a newer state.
    package internal(set) var superseded: UInt64 = 0
    /// Changes that were no longer kept when the sink came to them.
    package internal(set) var expired: UInt64 = 0
    /// Dead letters that a person dropped, and changes whose receipt was erased before they had left.
    package internal(set) var dropped: UInt64 = 0
    /// Those of them whose receipt was erased.
    package internal(set) var erased: UInt64 = 0
    /// Rows of their own: put off, held, pending again, and dead letters.
    package internal(set) var open: UInt64 = 0
    /// Changes above the cursor that are done with: they are counted above when the cursor passes them.
    package internal(set) var above: UInt64 = 0
    /// Changes that were counted and then lost their place, because state.db was made again without them; negative when it holds more.
    package internal(set) var vanished: Int64 = 0

    /// A sink that begins after the sequence `start`.
    package init(name: String, start: UInt64, anchor: String? = nil) {
        self.name = name
        self.start = start
        self.anchor = anchor
        cursor = start
    }

    package init(
        name: String, start: UInt64, cursor: UInt64, anchor: String? = nil, delivered: UInt64, filtered: UInt64, expired: UInt64, superseded: UInt64 = 0,
        dropped: UInt64 = 0, erased: UInt64 = 0, open: UInt64 = 0, vanished: Int64 = 0
    ) {
        self.init(name: name, start: start, anchor: anchor)
        self.cursor = cursor
        self.delivered = delivered
        self.filtered = filtered
        self.superseded = superseded
        self.expired = expired
        self.dropped = dropped
        self.erased = erased
        self.open = open
        self.vanished = vanished
    }

    /// Moves past changes that are done with, or got rows of their own.
    mutating func advance(past passed: DeliveryWindow.Passed) {
        cursor = passed.through
        anchor = passed.lastID ?? anchor
        delivered += passed.delivered
        superseded += passed.superseded
        filtered += passed.filtered
        expired += passed.expired
        dropped += passed.erased
        erased += passed.erased
        open += UInt64(passed.opened.count)
    }

    /// Counts a row that is no longer there.
    mutating func close(_ counter: WritableKeyPath<SinkPosition, UInt64>) {
        guard open > 0 else { return }
        open -= 1
        self[keyPath: counter] += 1
    }

    /// Takes rows out of the count whose changes stand before the sink again.
    mutating func reopen(_ rows: Int) {
        let rows = min(UInt64(clamping: rows), open)
        open -= rows
        vanished &-= Int64(clamping: rows)
    }

    /// Moves to where the row of changes, made again, has what the sink has seen: the counts stay, as what was told was told.
    mutating func move(to sequence: UInt64, anchor id: String?) {
        vanished &+= Int64(clamping: cursor) - Int64(clamping: sequence)
        cursor = sequence
        anchor = id
    }

    /// Changes that the cursor has not passed and that are not done with, given the last sequence there is.
    package func ahead(last: UInt64) -> UInt64 { last > cursor ? last - cursor - min(above, last - cursor) : 0 }
}
