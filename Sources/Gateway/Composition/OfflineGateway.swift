import Console
import Delivery
import FindingModel
import Journal
import State

/// What commands can do without a running gateway: read the files, and change them only under the data folder's lock.
package enum OfflineGateway {
    /// The operators' API over the files, which it opens for reading only and leaves as they are.
    package static func open(_ configuration: GatewayConfiguration) throws(GatewayError) -> OperatorAPI {
        let storage = configuration.storage
        guard !FilePaths.isAbsent(storage.data) else { throw GatewayError("there is no data folder \(storage.data)", hint: "weir serve makes it") }
        try storage.requireJournal()
        var state: Result<StateQueries, OperatorError>
        var feed: StateChangeFeed?
        let journal: ReadOnlyJournal
        let files: JournalFiles
        do throws(JournalError) {
            files = try Self.files(storage)
            journal = try ReadOnlyJournal(files)
        } catch { throw GatewayError(error.message) }
        do throws(StateError) {
            let store = try StateStore.openReadOnly(path: storage.stateFile)
            journal.conceal(try store.erasedReceipts(files, through: journal.watermark))
            let archive = ReceiptArchive(EntrySource(journal), configurations: ConfigurationReader(EntrySource(journal)))
            state = .success(StateQueries(store: store, archive: archive))
            feed = StateChangeFeed(store: store, signal: ChangeSignal(), archive: archive)
        } catch {
            state = .failure(OperatorError(.unavailable, error.message))
        }
        let queries = state, sources = configuration.isWhole ? configuration.sourceDescriptions : knownSources(storage)
        let sinks = configuration.isWhole ? configuration.sinkDescriptions : knownSinks(storage)
        return OperatorAPI(
            OperatorAPI.Sources(
                state: state, conservation: { try await queries.get().conservation(EntrySource(journal)) },
                lastSequence: { [feed] in
                    guard let feed else { throw OperatorError(.unavailable, "there is no state database") }
                    return try await feed.lastSequence()
                },
                positions: { FilePaths.exists(storage.ledgerFile) ? try LedgerReader(path: storage.ledgerFile).positions() : [] },
                ends: { FilePaths.exists(storage.ledgerFile) ? try LedgerReader(path: storage.ledgerFile).ends(of: $0) : [:] },
                itemCounts: { FilePaths.exists(storage.ledgerFile) ? try LedgerReader(path: storage.ledgerFile).counts() : [:] },
                replays: { FilePaths.exists(storage.ledgerFile) ? try LedgerReader(path: storage.ledgerFile).openReplays() : [] },
                letters: { FilePaths.exists(storage.ledgerFile) ? try LedgerReader(path: storage.ledgerFile).letters($0) : LetterPage() },
                configuredSources: { sources }, configuredSinks: sinks,
                rebuilding: { await rebuilding(queries, journal) }, earlierTallies: { TallyFile(storage).read() }))
    }

    /// Those that ever received something, where nobody knows what is configured.
    private static func knownSources(_ storage: StorageSettings) -> [SourceDescription] {
        TallyFile(storage).read().keys.filter { !$0.isEmpty }.sorted().map { SourceDescription(name: $0, adapter: "", account: "", credential: "") }
    }

    /// Those that ever ran, where nobody knows what is configured.
    private static func knownSinks(_ storage: StorageSettings) -> [SinkDescription] {
        guard FilePaths.exists(storage.ledgerFile), let ledger = try? LedgerReader(path: storage.ledgerFile), let positions = try? ledger.positions() else {
            return []
        }
        let types = (try? ledger.types()) ?? [:]
        return positions.map { SinkDescription(name: $0.name, type: types[$0.name] ?? "unknown") }
    }

    /// The journal's files, as far as `state.db` beside them knows more of them than they say: what is erased, and how far they were durable. Without a
    /// `state.db` that can be read they say it alone.
    package static func files(_ storage: StorageSettings) throws(JournalError) -> JournalFiles {
        let files = try JournalFiles(storage.journal).knownDurable(
            through: StateStore.provenPosition(path: storage.stateFile, in: try? JournalFiles(storage.journal)))
        guard let store = try? StateStore.openReadOnly(path: storage.stateFile) else { return files }
        defer { store.close() }
        return files.concealing((try? store.erasedReceipts(files, through: files.head()?.number ?? 0)) ?? [])
    }

    /// How far state.db is from holding all receipts of the journal; nothing when it does.
    private static func rebuilding(_ queries: Result<StateQueries, OperatorError>, _ journal: ReadOnlyJournal) async -> Rebuilding? {
        let position = (try? await queries.get().position()) ?? 0
        guard position < journal.watermark else { return nil }
        var reader = journal.reader(from: position + 1)
        // What the gateway wrote itself is no part of a list.
        while let entries = try? reader.next(limit: 1024, maxBytes: 8 << 20), !entries.isEmpty {
            if entries.contains(where: { $0.kind == .receipt }) { return Rebuilding(entry: position, of: journal.watermark) }
        }
        return nil
    }

    /// Throws where the journal is gone, or is not the one that the files beside it are of: whatever is decided then would be told of all that it lacks.
    private static func requireSameJournal(_ storage: StorageSettings) async throws(GatewayError) {
        try storage.requireJournal()
        if let loss = await FileChecks.journalLoss(storage) { throw loss }
    }

    /// Projects what the journal holds and state.db does not, and with `applying` what today's adapters make of all of it; under the data
    /// folder's lock.
    ///
    /// - Returns: how many changes the rebuild made.
    package static func rebuild(_ configuration: GatewayConfiguration, applying: Bool) async throws(GatewayError) -> UInt64 {
        try await requireSameJournal(configuration.storage)
        let start = GatewayStart(configuration: configuration, clock: SystemClock.now, failures: FailureBox(onFailure: {}))
        return try await start.projecting { projection throws(GatewayError) in
            try await projection.projected(through: projection.journal.watermark)
            return applying ? try await projection.rebuild() : 0
        }
    }

    /// Has receipts left out as `decision` says, and appends the difference that this makes; under the data folder's lock.
    package static func void(_ decision: VoidDecision, _ configuration: GatewayConfiguration) async throws(GatewayError) -> VoidReport {
        try await requireSameJournal(configuration.storage)
        let start = GatewayStart(configuration: configuration, clock: SystemClock.now, failures: FailureBox(onFailure: {}))
        return try await start.projecting { projection throws(GatewayError) in
            try check(decision, newest: projection.journal.watermark)
            if let refusal = try await projection.refusal(of: decision) { throw GatewayError(refusal) }
            return try await projection.void(decision)
        }
    }

    private static func check(_ decision: VoidDecision, newest: UInt64) throws(GatewayError) {
        for bound in [decision.beginning, decision.end] { if let refusal = bound.refusal(newest: newest) { throw GatewayError(refusal) } }
    }

    /// What `decision` would leave out; changes nothing.
    package static func reach(of decision: VoidDecision, _ configuration: GatewayConfiguration) async throws(GatewayError) -> VoidReach {
        try configuration.storage.requireJournal()
        do {
            try check(decision, newest: try ReadOnlyJournal(try Self.files(configuration.storage)).watermark)
            let store = try StateStore.openReadOnly(path: configuration.storage.stateFile)
            defer { store.close() }
            return try await StateQueries(store: store).reach(of: decision)
        } catch let error as GatewayError {
            throw error
        } catch let error as JournalError {
            throw GatewayError(error.message)
        } catch let error as StateError {
            throw GatewayError(error.message)
        } catch {
            throw GatewayError("\(error)")
        }
    }

    /// Gives every record that today's adapters would make differently to `onDifference`, and changes nothing; blocks the calling thread.
    ///
    /// - Parameter void: a decision that is not made yet, as if it were.
    /// - Returns: how many records differ.
    package static func differences(
        _ configuration: GatewayConfiguration, void: VoidDecision? = nil, onDifference: (RebuildPreview.Difference) -> Void
    ) throws(GatewayError) -> Int {
        try configuration.storage.requireJournal()
        do {
            let files = try Self.files(configuration.storage)
            let store = try StateStore.openReadOnly(path: configuration.storage.stateFile)
            defer { store.close() }
            let journal = try ReadOnlyJournal(files)
            let preview = RebuildPreview(store: store, source: EntrySource(files), journal: journal)
            let configurations = ConfigurationReader(EntrySource(files))
            return try preview.run(void: void, makeMapper: { PlannedMapper(configuration, configurations) }, onDifference: onDifference) ?? 0
        } catch let error as GatewayError {
            throw error
        } catch let error as JournalError {
            throw GatewayError(error.message)
        } catch let error as StateError {
            throw GatewayError(error.message)
        } catch {
            throw GatewayError("\(error)")
        }
    }

    /// Has the body of a receipt erased, and its words taken out of everything that was made of it; under the data folder's lock.
    ///
    /// - Returns: files that may still hold the words.
    package static func erase(_ number: UInt64, reason: String, who: String, _ configuration: GatewayConfiguration) async throws(GatewayError) -> [String] {
        try await requireSameJournal(configuration.storage)
        let start = GatewayStart(configuration: configuration, clock: SystemClock.now, failures: FailureBox(onFailure: {}))
        let path = configuration.storage.ledgerFile
        return try await start.projecting { projection throws(GatewayError) in
            try await projection.projected(through: projection.journal.watermark)
            var ledger: Ledger?
            if FilePaths.exists(path) {
                do throws(LedgerError) { ledger = try Ledger(path: path) } catch { throw GatewayError(error.message) }
            }
            do {
                let copies = try await projection.erase(number, reason: reason, who: who, ErasureFinish(projection: projection, ledger: ledger))
                await ledger?.close()
                return copies
            } catch {
                await ledger?.close()
                throw GatewayError(erasing: error)
            }
        }
    }
}
