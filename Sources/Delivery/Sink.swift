import FindingModel

/// The port through which changes leave: one configured destination.
///
/// `deliver` is called with one batch at a time, in the order of the changes, and again with the same batch until it says that the
/// batch was delivered; so a sink keeps no queue of its own. After a crash the last batch may come again, perhaps cut differently.
package protocol Sink: AnyObject, Sendable {
    /// The name in the configuration, the ledger and messages.
    var name: String { get }
    /// The word in the configuration's `type:`.
    var type: String { get }
    /// How much one call of `deliver` may get.
    var limits: SinkLimits { get }

    /// Tries to hand over every change of `batch`, which is never empty; all or, as far as anyone knows, none of them.
    ///
    /// Ends soon after its task is cancelled, with whatever is then known.
    func deliver(_ batch: [Change]) async -> DeliveryOutcome

    /// Gives back what the sink holds open; nothing is delivered afterwards.
    func close() async
}

/// How much a sink takes at once.
package struct SinkLimits: Hashable, Sendable {
    /// Changes in a batch, at least 1.
    package let count: Int
    /// Bytes of a batch's canonical JSON, roughly; one change that is larger goes alone.
    package let bytes: Int

    package init(count: Int, bytes: Int) {
        self.count = max(1, count)
        self.bytes = max(1, bytes)
    }
}
