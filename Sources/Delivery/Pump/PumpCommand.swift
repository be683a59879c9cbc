import FindingModel

/// What a person wants done with dead letters of a running sink.
struct PumpCommand: Sendable {
    let settlement: DeadLetterSettlement
    let letters: [OpenItem]
    /// For a sink that keeps one state of each record: the later changes of each letter's record, by the letter's sequence.
    var later: [UInt64: [UInt64]] = [:]
    /// Told for how many it was done.
    let reply: CheckedContinuation<Int, Never>
}
