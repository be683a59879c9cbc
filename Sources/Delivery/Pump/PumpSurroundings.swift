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
    let log: Logger
}
