import FindingModel

/// One configured destination; every sink is an `EventSink`, or a `TicketSystem` that the engine's `TicketSink` speaks for.
package protocol Sink: AnyObject, Sendable {
    /// The name in the configuration, the ledger and messages.
    var name: String { get }
    /// The word in the configuration's `type:`.
    var type: String { get }

    /// Gives back what the sink holds open; nothing is asked of it afterwards.
    func close() async
}

/// The port through which changes leave to a system that takes every one of them: a SIEM, a file, a receiver of events.
///
/// The engine owns the cursor, waiting, retries, halves, dead letters and pauses, so a sink keeps no queue and never waits: it makes one
/// attempt and says how that ended. The same batch comes again until it says that the batch was delivered; after a crash the last ones
/// may come again, perhaps cut differently.
package protocol EventSink: Sink {
    /// How much one call of `deliver` may get, and how many calls at a time.
    var limits: SinkLimits { get }
    /// Whether the system keeps one state of each record, so that an older one that came late would take the newer one's place.
    var keepsOneState: Bool { get }
    /// Whether it finds out by itself what a record says now, and remembers what it has told of it: for the engine a change is then a hint, and nothing else.
    var looksStatesUp: Bool { get }
    /// What a person should know although changes are delivered, as a clause: some of those they are meant for do not get them.
    var concern: String? { get }
    /// The same without the system's own words, for what is kept for ever.
    var toldConcern: String? { get }

    /// Tries once to hand over every change of `batch`, which is never empty and within `limits` (one change may be larger).
    ///
    /// No exchange over HTTP takes longer than `ExchangeTime` says. Ends soon after its task is cancelled, with whatever is then known. Vendor text in the
    /// changes is written by strangers: it is escaped for the target, on bytes or unicode scalars.
    func deliver(_ batch: [Change]) async -> DeliveryOutcome

    /// Tries to hand over something that is marked as a test, for `weir sink test`; may be called beside `deliver`.
    func test(at now: Timestamp) async -> DeliveryOutcome
}

extension EventSink {
    package var concern: String? { nil }
    package var toldConcern: String? { concern }
    package var keepsOneState: Bool { false }
    package var looksStatesUp: Bool { false }

    package func test(at now: Timestamp) async -> DeliveryOutcome { await deliver([.test(at: now)]) }
}

/// How much a sink takes at once.
package struct SinkLimits: Hashable, Sendable {
    /// Changes in a batch, at least 1.
    package let count: Int
    /// Bytes of a batch's canonical JSON, roughly; one change that is larger goes alone.
    package let bytes: Int
    /// Calls of `deliver` under way at a time, from 1; changes of one record never go in two of them.
    package let requests: Int
    /// Least milliseconds between two batches of a sink that has caught up, so that changes gather; a change after a quiet time goes out at once.
    package let gatherMilliseconds: Int64

    /// Items that may be under way above a cursor when more than one request is.
    package static let itemsInFlightMax = 64

    package init(count: Int, bytes: Int, requests: Int = 1, gatherMilliseconds: Int64 = 0) {
        self.count = max(1, count)
        self.bytes = max(1, bytes)
        self.gatherMilliseconds = gatherMilliseconds
        self.requests = min(max(1, requests), max(1, Self.itemsInFlightMax / max(1, count)))
    }
}
