import FindingModel

/// What a person wants done with dead letters of a running sink.
struct PumpCommand: Sendable {
    let settlement: DeadLetterSettlement
    let letters: [OpenItem]
    /// Told for how many it was done.
    let reply: CheckedContinuation<Int, Never>
}
