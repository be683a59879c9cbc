import Console
import Delivery
import FindingModel
import Ingest
import Journal
import Logging
import State

/// The parts that operators ask about while the gateway runs.
struct RunningGateway: LiveGateway {
    let startedTime: Timestamp
    let ingestURL: String
    let projection: GatewayStart.Projection
    let ingest: IngestServer
    let delivery: DeliveryService
    let ledger: Ledger
    let volumes: StorageVolumes

    var journal: any Journal { projection.journal }
    var projector: ProjectorStatus { projection.projector.status }
    var replacedConfigurations: [(configuration: ReplacedConfiguration, receipts: Int)] { projection.archive.configurations.replaced }
    var mappingDigest: String { projection.active.mappingDigest }
    var tallies: [String: SourceTally] { ingest.counters.snapshot() }
    var load: (connections: Int, bodyBytes: Int) { ingest.load }
    var queries: StateQueries { StateQueries(store: projection.store, archive: projection.archive) }

    var concerns: [String] {
        var concerns = volumes.low().map(\.sentence)
        if let failure = projector.failure { concerns.append("nothing is understood at present, and tried again: \(failure.message)") }
        if let damage = delivery.damage { concerns.append(damage.message) }
        return concerns
    }

    /// What stands still behind the journal at this moment, but for disks; looks at nothing but memory.
    var standingStill: StandingStill {
        var standing: StandingStill = []
        if projector.failure != nil { standing.insert(.projector) }
        if delivery.isStopped { standing.insert(.delivery) }
        return standing
    }

    /// How far state.db is from what the journal held when the gateway started.
    var rebuilding: Rebuilding? { Rebuilding(entry: projection.projector.status.entry, of: projection.journalEnd) }

    func takes(secretDigest digest: String, source: String) -> Bool? { projection.active.takes(secretDigest: digest, source: source) }

    func sinkStatuses() async -> [SinkStatus] { await delivery.statuses() }

    func testSink(_ name: String) async -> DeliveryOutcome? { await delivery.test(sink: name) }

    func replay(_ wish: ReplayWish, isMade: Bool) async throws(OperatorError) -> ReplayAnswer? {
        do { return try await delivery.replay(wish, isMade: isMade) } catch { throw OperatorError(.failed, "\(error)") }
    }

    func cancelReplays(sink: String) async throws(OperatorError) -> [ReplayJob]? {
        do throws(LedgerError) { return try await delivery.cancelReplays(sink: sink) } catch { throw OperatorError(.failed, error.message) }
    }

    func forget(sink: String, isMade: Bool, andTickets: Bool, who: String) async throws(OperatorError) -> Forgetting {
        do {
            let forgetting = try await delivery.forget(sink: sink, isMade: isMade, andTickets: andTickets)
            if isMade, case .forgotten(let status) = forgetting {
                Logger(label: "gateway").notice(
                    "sink \(sink) is given up (\(LeftSinks.words(of: status) ?? "nothing was left to do"))", metadata: ["who": "\(who)"])
            }
            return forgetting
        } catch {
            throw OperatorError(.failed, "\(error)")
        }
    }

    func settle(_ settlement: DeadLetterSettlement, sink: String, changes: [String]) async throws(OperatorError) -> Int? {
        do throws(LedgerError) {
            return try await delivery.settle(settlement, sink: sink, changes: changes)
        } catch {
            throw OperatorError(.failed, error.message)
        }
    }

    /// Does what is left of erasures.
    var erasures: ErasureFinish { ErasureFinish(projection: projection, ledger: ledger, delivery: delivery) }

    func erase(_ number: UInt64, reason: String, who: String) async throws(OperatorError) -> [String] {
        do { return try await projection.erase(number, reason: reason, who: who, erasures) } catch {
            let isMissing = (error as? JournalError)?.code == .noSuchEntry, error = GatewayError(erasing: error)
            throw OperatorError(isMissing ? .notFound : .failed, error.hint.map { "\(error.message): \($0)" } ?? error.message)
        }
    }

    func void(_ decision: VoidDecision) async throws(OperatorError) -> VoidReport {
        let refusal: String?
        do throws(GatewayError) { refusal = try await projection.refusal(of: decision) } catch { throw OperatorError(.failed, error.message) }
        if let refusal { throw OperatorError(.conflict, refusal) }
        do throws(GatewayError) { return try await projection.void(decision) } catch { throw OperatorError(.failed, error.message) }
    }

    func rebuild() async throws(OperatorError) -> UInt64 {
        do throws(GatewayError) { return try await projection.rebuild() } catch { throw OperatorError(.failed, error.message) }
    }
}

extension GatewayStart.Projection {
    /// Appends `decision` and waits until it was carried out; where an equal one stands already, it has been.
    func void(_ decision: VoidDecision) async throws(GatewayError) -> VoidReport {
        try await projected(through: journal.watermark)
        let before = try await reach(of: decision)
        if let made = before.madeBy { return VoidReport(decision: made, receipts: 0, changes: 0, isNew: false) }
        let (number, changes) = try await carryOut(EntryDraft(kind: .decision, body: decision.bytes), "the decision")
        let after = try await reach(of: decision)
        return VoidReport(decision: number, receipts: max(0, after.leftOut - before.leftOut), changes: changes, isNew: true)
    }

    /// Why `decision` would decide nothing, once everything is projected; nothing where it does.
    func refusal(of decision: VoidDecision) async throws(GatewayError) -> String? {
        try await projected(through: journal.watermark)
        return decision.refusal(try await reach(of: decision), now: SystemClock.now())
    }

    private func reach(of decision: VoidDecision) async throws(GatewayError) -> VoidReach {
        do { return try await StateQueries(store: store).reach(of: decision) } catch { throw GatewayError("\(error)") }
    }

    /// Appends a `rebuild` entry with the configuration in force and waits until it was carried out.
    ///
    /// - Returns: how many changes it made.
    func rebuild() async throws(GatewayError) -> UInt64 {
        try await carryOut(RebuildNote(generation: active.generation).draft, "the rebuild").changes
    }

    private func carryOut(_ draft: EntryDraft, _ what: String) async throws(GatewayError) -> (number: UInt64, changes: UInt64) {
        let number: UInt64
        do throws(JournalError) { number = try await journal.append(draft).number } catch {
            throw GatewayError("\(what) cannot be written to the journal: \(error.message)")
        }
        try await projected(through: number)
        do { return (number, try await StateQueries(store: store).changeCount(ofEntry: number)) } catch { throw GatewayError("\(error)") }
    }

    /// Returns when everything up to entry `number` was projected; fails when the projector cannot go on.
    func projected(through number: UInt64) async throws(GatewayError) {
        while projector.status.entry < number {
            if let failure = projector.status.failure { throw GatewayError(failure.message) }
            do { try await Task.sleep(for: .milliseconds(20)) } catch { throw GatewayError("interrupted") }
        }
    }
}
