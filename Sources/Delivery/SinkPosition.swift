/// How far a sink has come; always `cursor - start = delivered + filtered + expired`.
package struct SinkPosition: Hashable, Sendable {
    package let name: String
    /// The last sequence before the sink's first change.
    package let start: UInt64
    /// The last sequence that is done with.
    package private(set) var cursor: UInt64
    package private(set) var delivered: UInt64
    package private(set) var filtered: UInt64
    /// Changes that were no longer kept when the sink came to them.
    package private(set) var expired: UInt64

    /// A sink that begins after the sequence `start`.
    package init(name: String, start: UInt64) {
        self.init(name: name, start: start, cursor: start, delivered: 0, filtered: 0, expired: 0)
    }

    package init(name: String, start: UInt64, cursor: UInt64, delivered: UInt64, filtered: UInt64, expired: UInt64) {
        self.name = name
        self.start = start
        self.cursor = cursor
        self.delivered = delivered
        self.filtered = filtered
        self.expired = expired
    }

    /// Moves past `batch`, whose changes were delivered.
    package mutating func advance(past batch: Batch) {
        cursor = batch.through
        delivered += UInt64(batch.changes.count)
        filtered += batch.filtered
        expired += batch.expired
    }

    /// Changes that are still to come, given the last sequence there is.
    package func pending(last: UInt64) -> UInt64 { last > cursor ? last - cursor : 0 }
}
