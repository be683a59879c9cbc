/// Whether the journal takes receipts at this moment.
package enum JournalAvailability: UInt8, Sendable {
    case ready = 0
    /// A write or its fsync has been running for longer than a second.
    case stalled
    /// Less space is left than the disk reserve; only the gateway's own entries are taken.
    case diskReserve
    /// An fsync failed: final for this process.
    case failed
    /// The journal is being closed.
    case stopping
}
