import Adapters
import Journal

/// What the adapter in force makes of a receipt.
package enum MappedReceipt: Sendable {
    case event(MappedEvent, scope: KeyScope)
    /// No adapter can read it: its source is not configured, or its body is not JSON.
    case unreadable
}

/// Maps receipts with the adapters of a `config` entry; one for each thread, because it keeps a parser and compiled plans.
package protocol ReceiptMapper {
    /// Maps the receipt `entry`, whose body is `body`, with the configuration that the entry `generation` holds.
    ///
    /// Throws only when the configuration itself cannot be read.
    mutating func map(_ entry: Entry, body: [UInt8], generation: UInt64) throws(StateError) -> MappedReceipt
}
