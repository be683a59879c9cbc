import Console
import Delivery
import FindingModel
import Ingest
import Journal
import State

/// The parts that operators ask about while the gateway runs.
struct RunningGateway: LiveGateway {
    let startedTime: Timestamp
    let ingestURL: String
    let segments: SegmentJournal
    let projecting: Projector
    let ingest: IngestServer
    let delivery: DeliveryService

    var journal: any Journal { segments }
    var projector: ProjectorStatus { projecting.status }
    var tallies: [String: SourceTally] { ingest.counters.snapshot() }
    var load: (connections: Int, bodyBytes: Int) { ingest.load }

    func sinkStatuses() async -> [SinkStatus] { await delivery.statuses() }

    func erase(_ number: UInt64, reason: String, who: String) async throws(OperatorError) {
        do throws(JournalError) {
            try await segments.erase(number, reason: reason, who: who)
        } catch {
            throw OperatorError(error.code == .noSuchEntry ? .notFound : .failed, error.message)
        }
    }

    func rebuild(who: String) async throws(OperatorError) -> UInt64 {
        throw OperatorError(.unavailable, "rebuild")
    }
}
