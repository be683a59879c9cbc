import NIOCore

/// Keeps one kind of refusal from flooding the log: the first is logged, then at most one a second, with the number passed over.
package struct RefusalLogGate: Sendable {
    private var last: NIODeadline?
    private var passedOver: UInt64 = 0

    package init() {}

    /// How many refusals were passed over since the last line, when a line is due; nothing when this one is passed over.
    package mutating func admit(at now: NIODeadline) -> UInt64? {
        if let last, now - last < .seconds(1) {
            passedOver &+= 1
            return nil
        }
        last = now
        defer { passedOver = 0 }
        return passedOver
    }
}
