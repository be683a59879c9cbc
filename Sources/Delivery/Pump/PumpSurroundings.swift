import Logging
import State

/// What all pumps share: the changes, the ledger, time, chance, the log, and the journal's ear.
struct PumpSurroundings: Sendable {
    let feed: any ChangeFeed
    let ledger: Ledger
    let clock: any DeliveryClock
    let policy: DeliveryPolicy
    /// A random fraction from 0 up to 1.
    let random: @Sendable () -> Double
    /// Least milliseconds between two batches of a sink that has caught up: under a stream of changes they gather, so that each batch's two
    /// fsyncs are shared; a change after a quiet time goes out at once.
    let gatherMilliseconds: Int64
    let log: Logger
    /// Told what the gateway has to say.
    let notify: @Sendable (GatewayNotice) -> Void
}
