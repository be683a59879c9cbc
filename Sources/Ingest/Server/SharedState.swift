import Bytes
import Adapters
import FindingModel
import Journal
import Logging
import NIOCore
import Synchronization

/// What the event loops have in common.
final class SharedState: Sendable {
    let journal: any Journal
    let counters: IngestCounters
    let limits: IngestLimits
    let times: LimitTimes
    let trustedProxies: AddressBlockList
    let usesTLS: Bool
    let budget: Mutex<MemoryBudget>
    let connections: Mutex<ConnectionCounts>
    let clock: @Sendable () -> Timestamp
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
        budget = Mutex(MemoryBudget(bytesMax: limits.bodiesInFlightMax, bytesPerAddressMax: limits.bodiesInFlightPerAddressMax))
        connections = Mutex(ConnectionCounts(connectionsMax: connectionsMax, perAddressMax: limits.connectionsPerAddressMax))
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

    /// Reserves memory for a body.
    func reserve(_ count: Int, for address: IPAddress, bodyMax: Int) -> Bool { budget.withLock { $0.reserve(count, for: address, bodyMax: bodyMax) } }

    /// Gives memory back.
    func release(_ count: Int, for address: IPAddress) {
        guard count > 0 else { return }
        budget.withLock { $0.release(count, for: address) }
    }
}
