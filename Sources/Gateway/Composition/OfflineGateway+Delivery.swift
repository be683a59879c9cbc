import Console
import CurlTransport
import Delivery
import FindingModel
import Sinks
import State
import YAMLDocument

extension OfflineGateway {
    /// Has dead letters tried again when the gateway runs next, or given up; under the data folder's lock.
    package static func settle(
        _ settlement: DeadLetterSettlement, sink: String, changes: [String], _ configuration: GatewayConfiguration
    ) async throws(GatewayError) -> Int {
        let count = try await changing(configuration) { ledger throws(LedgerError) in
            try await DeadLetterSettlement.offline(settlement, ledger, sink: sink, changes: changes, now: SystemClock.now())
        }
        guard let count else { throw noSink(sink, configuration) }
        return count
    }

    /// Ends the replays of a sink that are not done; under the data folder's lock.
    package static func cancelReplays(sink: String, _ configuration: GatewayConfiguration) async throws(GatewayError) -> [ReplayJob] {
        let jobs: [ReplayJob]? = try await changing(configuration) { ledger throws(LedgerError) in
            guard try await ledger.position(of: sink) != nil else { return nil }
            return try await ledger.cancelReplays(of: sink, at: SystemClock.now())
        }
        guard let jobs else { throw noSink(sink, configuration) }
        return jobs
    }

    /// Gives up a sink that has left the configuration, under the data folder's lock; with `isMade` false only looks at what that would be.
    package static func forget(
        sink: String, isMade: Bool, andTickets: Bool, _ configuration: GatewayConfiguration
    ) async throws(GatewayError) -> OperatorResponse {
        guard configuration.isWhole else {
            throw GatewayError("\(configuration.file) cannot be used as it is, so that nobody knows whether it names the sink '\(sink)'", hint: "weir check")
        }
        let storage = configuration.storage
        let end = await lastSequence(storage), isConfigured = configuration.sinks.contains { $0.name == sink }
        let forgetting: Forgetting =
            if isConfigured {
                .isConfigured
            } else if !isMade {
                try look(sink, last: end, andTickets: andTickets, storage)
            } else {
                try await changing(configuration) { ledger throws(LedgerError) in
                    try await Forgetting.run(ledger, sink: sink, last: end, isMade: true, andTickets: andTickets, now: SystemClock.now())
                }
            }
        do throws(OperatorError) { return try SinksView.response(to: forgetting, sink) } catch { throw GatewayError(error.message, hint: error.hint) }
    }

    /// The last sequence that state.db has; nothing where it cannot be read.
    static func lastSequence(_ storage: StorageSettings) async -> UInt64? {
        guard FilePaths.exists(storage.stateFile), let store = try? StateStore.openReadOnly(path: storage.stateFile) else { return nil }
        defer { store.close() }
        return try? await StateQueries(store: store).lastSequence()
    }

    /// Without a change to any file.
    private static func look(
        _ sink: String, last: UInt64?, andTickets: Bool, _ storage: StorageSettings
    ) throws(GatewayError) -> Forgetting {
        guard FilePaths.exists(storage.ledgerFile) else { return .isUnknown }
        do throws(LedgerError) {
            return try Forgetting.look(try LedgerReader(path: storage.ledgerFile), sink: sink, last: last, andTickets: andTickets)
        } catch {
            throw GatewayError(error.message)
        }
    }

    private static func noSink(_ name: String, _ configuration: GatewayConfiguration) -> GatewayError {
        GatewayError("there is no sink '\(name)'", hint: Spelling.hint(name, known: configuration.sinks.map(\.name)))
    }

    /// Lets `body` write into the ledger, under the data folder's lock and as its owner.
    private static func changing<T>(
        _ configuration: GatewayConfiguration, _ body: (Ledger) async throws(LedgerError) -> T
    ) async throws(GatewayError) -> T {
        guard FilePaths.exists(configuration.storage.ledgerFile) else { throw GatewayError("nothing was delivered yet") }
        try FolderOwner.become(of: configuration.storage.data)
        let folder = try DataFolder(configuration.storage, now: SystemClock.now())
        defer { folder.release() }
        do throws(LedgerError) {
            let ledger = try Ledger(path: configuration.storage.ledgerFile)
            do throws(LedgerError) {
                let result = try await body(ledger)
                await ledger.close()
                return result
            } catch {
                await ledger.close()
                throw error
            }
        } catch {
            throw GatewayError(error.message)
        }
    }

    /// Hands a configured sink one marked change and returns what it says.
    package static func testSink(_ name: String, _ configuration: GatewayConfiguration) async throws(GatewayError) -> DeliveryOutcome {
        guard let settings = configuration.sinks.first(where: { $0.name == name }) else { throw noSink(name, configuration) }
        // A file sink's file would be root's.
        try FolderOwner.become(of: configuration.storage.data)
        do {
            let transport = try CurlTransport()
            let made = try settings.options.make(name, SinkResources(transport: transport, version: ProgramVersion.current))
            guard case .events(let sink) = made else { throw GatewayError("tickets are tested by a running gateway", hint: "weir serve") }
            let outcome = await sink.test(at: SystemClock.now())
            await sink.close()
            await transport.shutdown()
            return outcome
        } catch let error as GatewayError {
            throw error
        } catch {
            throw GatewayError("the sink '\(name)': \(error)")
        }
    }
}
