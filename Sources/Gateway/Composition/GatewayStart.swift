import Adapters
import Console
import CurlTransport
import Delivery
import FindingModel
import Ingest
import Journal
import Logging
import Sinks
import State

/// The start, step by step; nothing is written before everything that can be found out by looking was found out.
struct GatewayStart {
    /// What the first half of a start gives: the data folder's files, open and in agreement with the configuration.
    struct Projection: Sendable {
        let journal: SegmentJournal
        let store: StateStore
        let projector: Projector
        let archive: ReceiptArchive
        let active: ActiveConfiguration
        /// The last entry there was when the projector began.
        let journalEnd: UInt64
    }

    private let configuration: GatewayConfiguration
    private let clock: @Sendable () -> Timestamp
    private let failures: FailureBox
    private let log = Logger(label: "gateway")

    init(configuration: GatewayConfiguration, clock: @escaping @Sendable () -> Timestamp, failures: FailureBox) {
        self.configuration = configuration
        self.clock = clock
        self.failures = failures
    }

    /// Starts the whole gateway.
    func run() async throws(GatewayError) -> Gateway {
        if let problem = await StartChecks.problems(configuration).first { throw problem }
        for problem in await StartChecks.sinks(configuration) + StartChecks.losses(configuration) { log.warning("\(problem.message)") }
        return try await startingParts { parts throws(GatewayError) in try await start(&parts) }
    }

    /// Starts only what makes records of the journal, lets `body` use it, and stops it again; as the data folder's owner.
    func projecting<T>(_ body: (Projection) async throws(GatewayError) -> T) async throws(GatewayError) -> T {
        try FolderOwner.become(of: configuration.storage.data)
        return try await startingParts { parts throws(GatewayError) in
            let result = try await body(try await startProjection(&parts))
            await parts.stop(ingest: .zero, delivery: .zero)
            return result
        }
    }

    private func startingParts<T>(_ body: (inout GatewayParts) async throws(GatewayError) -> T) async throws(GatewayError) -> T {
        try await FileChecks.run(configuration.storage)
        var parts = GatewayParts(folder: try DataFolder(configuration.storage, now: clock()))
        do throws(GatewayError) {
            return try await body(&parts)
        } catch {
            await parts.stop(ingest: .zero, delivery: .zero)
            throw error
        }
    }

    private func start(_ parts: inout GatewayParts) async throws(GatewayError) -> Gateway {
        // A state.db that this start makes says nothing.
        let lost = await FileChecks.lostLedger(configuration.storage)
        let projection = try await startProjection(&parts)
        let ledger: Ledger
        let log = log, say = noticeWriter(projection.journal)
        if let lost { log.warning("\(lost.message)") }
        do throws(LedgerError) {
            ledger = try Ledger.forService(path: configuration.storage.ledgerFile) { damage in
                log.error(damage.code == .replaced ? "\(damage.message)" : "nothing is delivered: \(damage.message)")
                say(.ledgerDamaged(damage))
            }
        } catch { throw GatewayError(error.message) }
        parts.ledger = ledger
        let transport: CurlTransport
        do throws(TransportError) { transport = try CurlTransport() } catch { throw GatewayError(error.message) }
        parts.transport = transport
        let feed = StateChangeFeed(
            store: projection.store, signal: projection.projector.changes, archive: projection.archive, journalEnd: projection.journalEnd)
        let resources = SinkResources(transport: transport, version: ProgramVersion.current)
        let delivery = DeliveryService(
            feed: feed, ledger: ledger, sinks: try configuration.assignments(resources, ledger: ledger, feed: feed), routes: configuration.routes,
            gatherMilliseconds: 40, log: Logger(label: "delivery"), notify: noticeWriter(projection.journal))
        delivery.start()
        parts.delivery = delivery
        if let kept = configuration.storage.retention.changes {
            parts.retention = LedgerRetention(ledger, keeping: kept, log: Logger(label: "delivery"))
        }

        let ingest = IngestServer(
            configuration: configuration.ingest, sources: configuration.sourceTable(generation: projection.active.generation), journal: projection.journal,
            log: Logger(label: "ingest"), clock: clock)
        let bound: BoundAddress
        do throws(IngestError) { bound = try await ingest.start() } catch { throw GatewayError(error.message) }
        parts.ingest = ingest
        let tallies = TallyKeeper(TallyFile(configuration.storage)) { ingest.counters.snapshot() }
        parts.tallies = tallies
        parts.checkpoints = Checkpoints(projection.journal, log: log)
        projection.projector.servingBegan()
        let scheme = configuration.listen.ingest.tls == nil ? "http" : "https"
        let live = RunningGateway(
            startedTime: clock(), ingestURL: "\(scheme)://\(bound)", projection: projection, ingest: ingest, delivery: delivery,
            ledger: ledger, volumes: StorageVolumes(configuration))
        let api = OperatorAPI(
            OperatorAPI.Sources(
                state: .success(live.queries), conservation: { try await live.queries.conservation(EntrySource(projection.journal)) },
                lastSequence: { try await feed.lastSequence() }, positions: { try await ledger.positions() },
                ends: { try await ledger.ends(of: $0) }, itemCounts: { try await ledger.counts() },
                replays: { try await ledger.openReplays() }, letters: { try await ledger.letters($0) },
                configuredSources: { projection.active.configuration.sourceDescriptions }, configuredSinks: configuration.sinkDescriptions,
                rebuilding: { live.rebuilding }, earlierTallies: { tallies.earlier }, live: live))
        ingest.answersReadiness { live.standingStill }
        parts.erasures = Task { await live.erasures.runToTheEnd(through: projection.journalEnd) }
        parts.notices = notices(live)
        parts.notices?.start()
        parts.console = try await ConsoleAssembly.start(configuration, api: api, log: Logger(label: "console"))
        let reload = GatewayReload(
            started: configuration, active: projection.active, journal: projection.journal, ingest: ingest, delivery: delivery, resources: resources,
            ledger: ledger, feed: feed, log: log)
        var told: Logger.Metadata = configuration.logged
        told["data"] = "\(configuration.storage.data)"
        told["ingest"] = "\(live.ingestURL)"
        log.notice("started", metadata: told)
        return Gateway(parts: parts, failures: failures, ingestURL: live.ingestURL, reload: reload)
    }

    private func notices(_ live: RunningGateway) -> NoticeService {
        let active = live.projection.active
        return NoticeService(
            NoticeService.Surroundings(
                queries: live.queries, tallies: { live.tallies }, wall: clock, monotonic: SystemClock.monotonic,
                sources: { active.configuration.sources.map { .init(name: $0.name, silentAfter: $0.silentAfter) } }, lowDisks: { live.volumes.low() },
                onLook: { low in live.ingest.standingStill = low.contains { $0.volume == .data } ? .dataDisk : [] }, log: log,
                say: noticeWriter(live.projection.journal)))
    }

    /// Writes what the gateway has to say into the journal, from where it becomes a change like any other.
    private func noticeWriter(_ journal: SegmentJournal) -> @Sendable (GatewayNotice) -> Void {
        let log = log
        return { notice in
            Task {
                do throws(JournalError) {
                    _ = try await journal.append(EntryDraft(kind: .notice, body: notice.bytes))
                } catch {
                    log.warning("a notice cannot be written to the journal: \(error.message)", metadata: ["notice": "\(notice.summary)"])
                }
            }
        }
    }

    private func startProjection(_ parts: inout GatewayParts) async throws(GatewayError) -> Projection {
        let journal = try openJournal(&parts)
        do throws(StateError) {
            let (store, damage) = try StateStore.openForService(path: configuration.storage.stateFile)
            parts.store = store
            let log = log, say = noticeWriter(journal)
            let configurations = ConfigurationReader(EntrySource(journal)) { replaced in
                let notice = GatewayNotice.configuration(replaced)
                log.error("\(notice.summary)")
                say(notice)
            }
            var options = ProjectorOptions()
            options.suspectPauseMilliseconds = 1000
            options.log = Logger(label: "projector")
            let projector = Projector(store: store, journal: journal, options: options) { ConfiguredMapper(configurations) }
            if let damage { projector.noteRemake(damage) }
            try await projector.settle()
            let journalEnd = journal.watermark
            let active = try await activate(journal)
            try await projector.start()
            parts.projector = projector
            let archive = ReceiptArchive(EntrySource(journal), configurations: configurations)
            return Projection(journal: journal, store: store, projector: projector, archive: archive, active: active, journalEnd: journalEnd)
        } catch {
            throw GatewayError(error.message)
        }
    }

    private func openJournal(_ parts: inout GatewayParts) throws(GatewayError) -> SegmentJournal {
        let failures = failures, log = log
        var options = configuration.journalOptions { error in
            log.critical("the journal can keep nothing more", metadata: ["reason": "\(error.message)"])
            failures.fail(GatewayError("the journal can keep nothing more: \(error.message)", hint: "see to the disk, then start again"))
        }
        options.durable = StateStore.provenPosition(path: configuration.storage.stateFile, in: try? JournalFiles(configuration.storage.journal))
        do throws(JournalError) {
            let (journal, recovery) = try SegmentJournal.open(options)
            parts.journal = journal
            for sentence in recovery.sentences { log.warning("journal: \(sentence)") }
            return journal
        } catch {
            throw GatewayError(error.message)
        }
    }

    /// The configuration that is in force from now on, with its entry in the journal.
    private func activate(_ journal: SegmentJournal) async throws(StateError) -> ActiveConfiguration {
        do throws(JournalError) {
            return ActiveConfiguration(configuration, generation: try await journal.configure(configuration.projection.encode()))
        } catch {
            throw StateError(.journal, "the configuration cannot be written to the journal: \(error.message)")
        }
    }
}
