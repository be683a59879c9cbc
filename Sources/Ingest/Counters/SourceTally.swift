import NIOCore

/// What came from one source, since the start or for ever.
package struct SourceTally: Sendable {
    /// How many of the last refusals are kept.
    package static let lastRefusalsMax = 20

    /// Requests answered 200 or kept after their answer was given up, duplicates included.
    package private(set) var accepted: UInt64 = 0
    /// Accepted requests that equalled an earlier one and were not written again.
    package private(set) var duplicates: UInt64 = 0
    /// Accepted requests that were answered 503 because the journal took too long.
    package private(set) var late: UInt64 = 0
    /// Bytes of accepted bodies.
    package private(set) var bytes: UInt64 = 0
    /// Refused requests by reason.
    package private(set) var refusals: [String: UInt64] = [:]
    /// The newest refusals, oldest first.
    package private(set) var lastRefusals: [RefusalRecord] = []
    private var gates: [String: RefusalLogGate] = [:]

    package init() {}

    /// What was counted before.
    package init(
        accepted: UInt64, duplicates: UInt64, late: UInt64, bytes: UInt64, refusals: [String: UInt64], lastRefusals: [RefusalRecord]
    ) {
        self.accepted = accepted
        self.duplicates = duplicates
        self.late = late
        self.bytes = bytes
        self.refusals = refusals
        self.lastRefusals = lastRefusals.suffix(Self.lastRefusalsMax)
    }

    /// Both together, when `later` came after this.
    package func adding(_ later: SourceTally) -> SourceTally {
        SourceTally(
            accepted: accepted &+ later.accepted, duplicates: duplicates &+ later.duplicates, late: late &+ later.late, bytes: bytes &+ later.bytes,
            refusals: refusals.merging(later.refusals) { $0 &+ $1 }, lastRefusals: lastRefusals + later.lastRefusals)
    }

    /// With as many accepted requests as there are receipts at least: what was counted last is lost with a kill, and what was kept is not.
    package func keeping(receipts: UInt64) -> SourceTally {
        var tally = self
        tally.accepted = max(accepted, receipts &+ duplicates)
        return tally
    }

    /// Counts a request that is kept.
    package mutating func accept(bytes count: Int, duplicate: Bool, late isLate: Bool) {
        accepted &+= 1
        if duplicate { duplicates &+= 1 }
        if isLate { late &+= 1 }
        bytes &+= UInt64(clamping: count)
    }

    /// Counts a refusal; when a log line is due, says how many of its kind were passed over since the last one.
    package mutating func refuse(_ record: RefusalRecord, at now: NIODeadline) -> UInt64? {
        refusals[record.reason, default: 0] &+= 1
        if lastRefusals.count >= Self.lastRefusalsMax { lastRefusals.removeFirst() }
        lastRefusals.append(record)
        return gates[record.reason, default: RefusalLogGate()].admit(at: now)
    }
}
