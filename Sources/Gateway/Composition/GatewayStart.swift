import Adapters
import Console
import CurlTransport
import Delivery
import FindingModel
import Ingest
import Journal
import Logging
import State

/// The start, step by step; nothing is written before everything that can be found out by looking was found out.
struct GatewayStart {
    private let configuration: GatewayConfiguration
    private let clock: @Sendable () -> Timestamp
    private let failures: FailureBox
    private let log = Logger(label: "gateway")

    init(configuration: GatewayConfiguration, clock: @escaping @Sendable () -> Timestamp, failures: FailureBox) {
        self.configuration = configuration
        self.clock = clock
        self.failures = failures
    }

    mutating func run() async throws(GatewayError) -> Gateway {
        let storage = configuration.storage
        try DataFolder.check(storage, now: clock())
        for address in [configuration.listen.ingest.address, configuration.listen.console].compactMap({ $0 }) {
            if let problem = PortProbe.problem(address) { throw GatewayError(problem) }
        }
        try await FileChecks.run(storage)
        var parts = GatewayParts(folder: try DataFolder(storage, now: clock()))
        do throws(GatewayError) {
            return try await start(&parts)
        } catch {
            await parts.stop(ingest: .zero, delivery: .zero)
            throw error
        }
    }

    private func start(_ parts: inout GatewayParts) async throws(GatewayError) -> Gateway {
        let journal = try openJournal(&parts)
        let store = try openState(&parts)
        let ledger = try openLedger(&parts)
        let generation = try await projectionEntry(journal)

        let configurations = ConfigurationReader(EntrySource(journal))
        let projector = Projector(store: store, journal: journal) { ConfiguredMapper(configurations) }
        do throws(StateError) { try await projector.start() } catch { throw GatewayError(error.message) }
        parts.projector = projector

        let archive = EvidenceArchive(EntrySource(journal), configurations: configurations)
        let feed = StateChangeFeed(store: store, signal: projector.changes, archive: archive)
        let transport: CurlTransport
        do throws(TransportError) { transport = try CurlTransport() } catch { throw GatewayError(error.message) }
        parts.transport = transport
        let delivery = DeliveryService(
            feed: feed, ledger: ledger, sinks: try configuration.assignments(transport), routes: configuration.routes, log: Logger(label: "delivery"))
        delivery.start()
        parts.delivery = delivery

        let ingest = IngestServer(
            configuration: configuration.ingest, sources: configuration.sourceTable(generation: generation), journal: journal, log: Logger(label: "ingest"),
            clock: clock)
        let bound: BoundAddress
        do throws(IngestError) { bound = try await ingest.start() } catch { throw GatewayError(error.message) }
        parts.ingest = ingest
        let scheme = configuration.listen.ingest.tls == nil ? "http" : "https"
        let live = RunningGateway(
            startedTime: clock(), ingestURL: "\(scheme)://\(bound)", segments: journal, projecting: projector, ingest: ingest, delivery: delivery)
        let api = OperatorAPI(
            OperatorAPI.Sources(
                state: .success(StateQueries(store: store, archive: archive)),
                conservation: { try await StateQueries(store: store).conservation(EntrySource(journal)) }, lastSequence: { try await feed.lastSequence() },
                positions: { try await ledger.positions() }, configuredSources: configuration.sourceDescriptions,
                configuredSinks: configuration.sinkDescriptions, live: live))
        parts.console = try await ConsoleAssembly.start(configuration, api: api, log: Logger(label: "console"))
        return Gateway(parts: parts, failures: failures, ingestURL: live.ingestURL)
    }

    private func openJournal(_ parts: inout GatewayParts) throws(GatewayError) -> SegmentJournal {
        let failures = failures, log = log
        let options = configuration.journalOptions { error in
            log.critical("the journal can keep nothing more", metadata: ["reason": "\(error.message)"])
            failures.fail(GatewayError("the journal can keep nothing more: \(error.message)", hint: "see to the disk, then start again"))
        }
        do throws(JournalError) {
            let (journal, recovery) = try SegmentJournal.open(options)
            parts.journal = journal
            for sentence in recovery.sentences { log.warning("journal: \(sentence)") }
            return journal
        } catch {
            throw GatewayError(error.message)
        }
    }

    private func openState(_ parts: inout GatewayParts) throws(GatewayError) -> StateStore {
        do throws(StateError) {
            let store = try StateStore.open(path: configuration.storage.stateFile)
            parts.store = store
            return store
        } catch {
            throw GatewayError(error.message)
        }
    }

    private func openLedger(_ parts: inout GatewayParts) throws(GatewayError) -> Ledger {
        do throws(LedgerError) {
            let ledger = try Ledger(path: configuration.storage.ledgerFile)
            parts.ledger = ledger
            return ledger
        } catch {
            throw GatewayError(error.message)
        }
    }

    /// The number of the `config` entry in force: the last one when it says the same, otherwise one that is appended now.
    private func projectionEntry(_ journal: SegmentJournal) async throws(GatewayError) -> UInt64 {
        let content = configuration.projection.encode()
        let file = GenerationFile(configuration.storage)
        if let number = file.generation(of: content, in: journal) { return number }
        do throws(JournalError) {
            let appended = try await journal.append(EntryDraft(kind: .config, body: content))
            file.remember(appended.number, tag: journal.tag)
            return appended.number
        } catch {
            throw GatewayError("the configuration cannot be written to the journal: \(error.message)")
        }
    }
}
