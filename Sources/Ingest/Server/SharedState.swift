import Bytes
import Adapters
import FindingModel
import Journal
import Logging
import NIOCore
import Synchronization

/// What clients are counted by.
typealias ClientNetwork = AddressBlock

/// What the event loops have in common.
final class SharedState: Sendable {
    typealias Table = ConnectionTable<ClientNetwork>

    let journal: any Journal
    let counters: IngestCounters
    let limits: IngestLimits
    let times: LimitTimes
    let trustedProxies: AddressBlockList
    let usesTLS: Bool
    let table: Mutex<Table>
    /// Bytes held for clients who have proved who they are, and on their way to the journal.
    let trusted = Atomic<Int>(0)
    private let receivers = Mutex<[LoopReceiver]>([])
    let clock: @Sendable () -> Timestamp
    /// A `StandingStill`.
    let standingStill = Atomic<UInt8>(0)
    /// What stands still at the moment it is called, beside that.
    let present = Mutex<@Sendable () -> StandingStill>({ [] })
    private let log: Logger

    init(
        configuration: IngestConfiguration, connectionsMax: Int, journal: any Journal, counters: IngestCounters, log: Logger,
        clock: @escaping @Sendable () -> Timestamp
    ) {
        self.journal = journal
        self.counters = counters
        limits = configuration.limits
        times = LimitTimes(configuration.limits)
        trustedProxies = configuration.trustedProxies
        usesTLS = configuration.tls != nil
        var room = Table.Limits(
            connections: connectionsMax, connectionsPerNetwork: limits.connectionsPerAddressMax, bytes: limits.bodiesInFlightMax,
            bytesPerNetwork: limits.bodiesInFlightPerAddressMax)
        room.successionsPerSecond = limits.successionsPerSecond
        room.successionsAtOnce = limits.successionsAtOnce
        room.crowd = limits.crowd
        table = Mutex(Table(limits: room))
        self.clock = clock
        self.log = log
    }

    /// Counts a refusal, and logs it unless it is one of many.
    func refuse(_ record: RefusalRecord, counters: SourceCounters, at now: NIODeadline) {
        guard let passedOver = counters.refuse(record, at: now) else { return }
        var metadata: Logger.Metadata = [
            "source": "\(counters.name)", "reason": "\(record.reason)", "status": "\(record.status)", "peer": "\(record.peer)",
            "size": "\(record.size)",
        ]
        if let detail = record.detail { metadata["detail"] = "\(detail)" }
        if let digest = record.bodySHA256 { metadata["sha256"] = "\(digest)" }
        if passedOver > 0 { metadata["passed-over"] = "\(passedOver)" }
        log.notice("refused", metadata: metadata)
    }

    /// A connection ended for a reason of its transport.
    func connectionFailed(_ error: any Error, peer: String) { log.debug("connection failed", metadata: ["peer": "\(peer)", "error": "\(error)"]) }

    /// The number of a new event loop, which `receiver` reaches.
    func join(_ receiver: LoopReceiver) -> Int {
        receivers.withLock { receivers in
            receivers.append(receiver)
            return receivers.count - 1
        }
    }

    /// Forgets the event loops, which have ended.
    func disband() { receivers.withLock { $0 = [] } }

    /// How the event loop `number` is reached.
    func receiver(_ number: Int) -> LoopReceiver? { receivers.withLock { $0.indices.contains(number) ? $0[number] : nil } }
}
