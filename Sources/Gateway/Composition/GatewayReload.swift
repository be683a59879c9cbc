import Adapters
import Delivery
import Ingest
import Journal
import Logging
import Sinks
import State

/// Puts another configuration in force while the gateway runs: its adapters, sources, sinks, routes and the ingest port's certificate.
struct GatewayReload: Sendable {
    /// What the gateway was started with: whatever a reload cannot change still stands as it says.
    let started: GatewayConfiguration
    let active: ActiveConfiguration
    let journal: any Journal
    let ingest: IngestServer
    let delivery: DeliveryService
    let resources: SinkResources
    let ledger: Ledger
    let feed: any ChangeFeed
    let log: Logger

    /// Carries it out; when something of it fails, what was in force stays.
    ///
    /// Requests whose head has come are finished under the old sources. A sink goes on from its cursor, after its last request has ended.
    ///
    /// - Returns: the keys that take effect only at the next start.
    func run(_ configuration: GatewayConfiguration) async throws(GatewayError) -> [String] {
        // What can fail comes before anything is changed.
        let sinks = try configuration.assignments(resources, ledger: ledger, feed: feed)
        let generation: UInt64
        do throws(JournalError) {
            generation = try await journal.configure(configuration.projection.encode())
        } catch {
            throw GatewayError("the configuration cannot be written to the journal: \(error.message)")
        }
        if let files = configuration.listen.ingest.tls {
            do throws(IngestError) { try ingest.replace(tls: files) } catch { throw GatewayError(error.message) }
        }
        let before = Set(active.configuration.sinks.map(\.name))
        active.replace(configuration, generation: generation)
        ingest.replace(sources: configuration.sourceTable(generation: generation))
        delivery.reconfigure(sinks: sinks, routes: configuration.routes)
        await tellLeft(before.subtracting(configuration.sinks.map(\.name)))
        for problem in StartChecks.sinks(configuration) { log.warning("\(problem.message)") }
        return RestartKeys.changed(from: started, to: configuration)
    }

    /// Says what sinks that have just left the configuration leave behind.
    private func tellLeft(_ sinks: Set<String>) async {
        guard !sinks.isEmpty, let positions = try? await ledger.positions(), let counts = try? await ledger.counts() else { return }
        let left = positions.filter { sinks.contains($0.name) }, last = try? await feed.lastSequence()
        for position in left {
            let sentences = LeftSinks.sentences([position], counts, last: last)
            for sentence in sentences { log.warning("\(sentence)") }
            if sentences.isEmpty { log.notice("\(LeftSinks.departed(position.name))") }
        }
    }
}
