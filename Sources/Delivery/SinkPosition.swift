/// How far a sink has come; always `cursor - start + vanished = delivered + filtered + expired`.
package struct SinkPosition: Hashable, Sendable {
    package let name: String
    /// The last sequence before the sink's first change.
    package let start: UInt64
    /// The last sequence that is done with.
    package private(set) var cursor: UInt64
    /// The id of the change at the cursor, which tells where the cursor belongs when state.db was made again; nothing while unknown.
    package private(set) var anchor: String?
    package private(set) var delivered: UInt64
    package private(set) var filtered: UInt64
    /// Changes that were no longer kept when the sink came to them.
    package private(set) var expired: UInt64
    /// Changes that were counted and then lost their place, because state.db was made again without them; negative when it holds more.
    package private(set) var vanished: Int64

    /// A sink that begins after the sequence `start`.
    package init(name: String, start: UInt64, anchor: String? = nil) {
        self.init(name: name, start: start, cursor: start, anchor: anchor, delivered: 0, filtered: 0, expired: 0)
    }

    package init(
        name: String, start: UInt64, cursor: UInt64, anchor: String? = nil, delivered: UInt64, filtered: UInt64, expired: UInt64, vanished: Int64 = 0
    ) {
        self.name = name
        self.start = start
        self.cursor = cursor
        self.anchor = anchor
        self.delivered = delivered
        self.filtered = filtered
        self.expired = expired
        self.vanished = vanished
    }

    /// Moves past `batch`, whose changes were delivered.
    package mutating func advance(past batch: Batch) {
        cursor = batch.through
        anchor = batch.lastID ?? anchor
        delivered += UInt64(batch.changes.count)
        filtered += batch.filtered
        expired += batch.expired
    }

    /// Notes which change stands at the cursor.
    package mutating func anchor(at id: String?) { anchor = id }

    /// Moves to where the row of changes, made again, has what the sink has seen: the counts stay, as what was told was told.
    package mutating func move(to sequence: UInt64, anchor id: String?) {
        vanished &+= Int64(clamping: cursor) - Int64(clamping: sequence)
        cursor = sequence
        anchor = id
    }

    /// Changes that are still to come, given the last sequence there is.
    package func pending(last: UInt64) -> UInt64 { last > cursor ? last - cursor : 0 }
}
