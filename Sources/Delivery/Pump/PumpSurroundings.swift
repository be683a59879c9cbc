import Logging
import State

/// What all pumps share: the changes, the ledger, time, chance, and the log.
struct PumpSurroundings: Sendable {
    let feed: any ChangeFeed
    let ledger: Ledger
    let clock: any DeliveryClock
    let policy: RetryPolicy
    /// A random fraction from 0 up to 1.
    let random: @Sendable () -> Double
    /// Least milliseconds between two batches of a sink that has caught up: under a stream of changes they gather, so that each batch's two
    /// fsyncs are shared; a change after a quiet time goes out at once.
    let gatherMilliseconds: Int64
    let log: Logger
}
