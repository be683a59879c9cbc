import Delivery
import FindingModel
import Ingest
import JSONDocument
import Journal
import State

/// Answers operators' questions; the same in the running gateway and in a command that opened the files itself.
package struct OperatorAPI: Sendable {
    /// Where the answers come from.
    package struct Sources: Sendable {
        /// Nothing when there is no state.db yet; the text says why.
        package var state: Result<StateQueries, OperatorError>
        package var conservation: @Sendable () async throws -> Conservation
        package var lastSequence: @Sendable () async throws -> UInt64
        /// How far each sink has come.
        package var positions: @Sendable () async throws -> [SinkPosition]
        /// How each of these sinks ended.
        package var ends: @Sendable ([String]) async throws -> [String: SinkEnd]
        /// How many changes of each sink stand in rows of their own.
        package var itemCounts: @Sendable () async throws -> [String: [OpenItem.State: UInt64]]
        /// Replays that are not done.
        package var replays: @Sendable () async throws -> [ReplayJob]
        /// Dead letters, or changes that wait: of a sink, of these changes or records, behind this row, at most so many.
        package var letters: @Sendable (LetterQuery) async throws -> LetterPage
        /// Those of the configuration that is in force when it is asked for.
        package var configuredSources: @Sendable () -> [SourceDescription]
        package var configuredSinks: [SinkDescription]
        /// How far state.db is from being whole; nothing when it is.
        package var rebuilding: @Sendable () async -> Rebuilding?
        /// What was received and refused before the gateway's start, or in all its runs where none runs, by source.
        package var earlierTallies: @Sendable () -> [String: SourceTally]
        /// Nothing without a running gateway.
        package var live: (any LiveGateway)?

        package init(
            state: Result<StateQueries, OperatorError>, conservation: @escaping @Sendable () async throws -> Conservation,
            lastSequence: @escaping @Sendable () async throws -> UInt64, positions: @escaping @Sendable () async throws -> [SinkPosition],
            ends: @escaping @Sendable ([String]) async throws -> [String: SinkEnd],
            itemCounts: @escaping @Sendable () async throws -> [String: [OpenItem.State: UInt64]],
            replays: @escaping @Sendable () async throws -> [ReplayJob], letters: @escaping @Sendable (LetterQuery) async throws -> LetterPage,
            configuredSources: @escaping @Sendable () -> [SourceDescription], configuredSinks: [SinkDescription],
            rebuilding: @escaping @Sendable () async -> Rebuilding?, earlierTallies: @escaping @Sendable () -> [String: SourceTally],
            live: (any LiveGateway)? = nil
        ) {
            self.state = state
            self.conservation = conservation
            self.lastSequence = lastSequence
            self.positions = positions
            self.ends = ends
            self.itemCounts = itemCounts
            self.replays = replays
            self.letters = letters
            self.configuredSources = configuredSources
            self.configuredSinks = configuredSinks
            self.rebuilding = rebuilding
            self.earlierTallies = earlierTallies
            self.live = live
        }
    }

    let sources: Sources

    package init(_ sources: Sources) { self.sources = sources }

    /// The answer; every failure is one too.
    package func respond(to request: OperatorRequest) async -> OperatorResponse {
        // Asked for first: what an answer lacks then was lacking when it was made.
        let rebuilding = request.method == .get ? await rebuilding(worthAWait: request.path != ["v1", "status"] && request["after"] == nil) : nil
        var response = await response(to: request)
        response.rebuilding = rebuilding
        response.unreadable = try? await sources.state.get().unreadable()
        return response
    }

    /// Fails while state.db is being made again: what is chosen from half of it would be less than was asked for, and nobody would see that.
    func requireWhole() async throws(OperatorError) {
        guard let rebuilding = await rebuilding(worthAWait: true) else { return }
        throw OperatorError(.unavailable, "\(rebuilding.words): not all that was asked for is there yet", hint: Rebuilding.hint)
    }

    /// What state.db lacks. Right after a start most of it is there at once, which is worth `patience` to whoever asks.
    private func rebuilding(worthAWait: Bool) async -> Rebuilding? {
        let end = ContinuousClock.now + Self.patience
        while let rebuilding = await sources.rebuilding() {
            guard worthAWait, sources.live != nil, ContinuousClock.now < end, (try? await Task.sleep(for: .milliseconds(20))) != nil else { return rebuilding }
        }
        return nil
    }

    private static let patience = Duration.seconds(1)

    private func response(to request: OperatorRequest) async -> OperatorResponse {
        do {
            return try await answer(to: request)
        } catch let error as OperatorError {
            return error.response
        } catch let error as StateError {
            // A running gateway makes it again.
            guard sources.live != nil, error.code == .corrupt else { return OperatorError(.failed, error.message).response }
            return OperatorError(.unavailable, "\(error.message): it is made again from the journal", hint: Rebuilding.hint).response
        } catch let error as LedgerError {
            return OperatorError(.failed, error.message).response
        } catch {
            return OperatorError(.failed, "\(error)").response
        }
    }

    private func answer(to request: OperatorRequest) async throws -> OperatorResponse {
        let view = try view(of: request)
        try QueryFields.check(request)
        return try await view()
    }

    /// What answers at the path.
    private func view(of request: OperatorRequest) throws(OperatorError) -> () async throws -> OperatorResponse {
        guard request.path.first == "v1" else { throw .noPath }
        let rest = Array(request.path.dropFirst(2))
        switch (request.method, request.path.dropFirst().first ?? "", rest.count) {
        case (.get, "status", 0): return { StatusView(self).response() }
        case (.get, "sources", 0): return { try await SourcesView(self).response() }
        case (.post, "sources", 2) where rest[1] == "takes": return { try await SourcesView(self).takes(rest[0], request) }
        case (.get, "sinks", 0): return { try await SinksView(self).response() }
        case (.post, "sinks", 2) where rest[1] == "test": return { try await SinksView(self).test(rest[0], request) }
        case (.post, "sinks", 2) where rest[1] == "forget": return { try await SinksView(self).forget(rest[0], request) }
        case (.post, "replays", 0): return { try await ReplayView(self).replay(request) }
        case (.post, "replays", 1) where rest == ["cancel"]: return { try await ReplayView(self).cancel(request) }
        case (.get, "dead", 0): return { try await DeadView(self).list(request) }
        case (.post, "dead", 0): return { try await DeadView(self).settle(request) }
        case (.get, "events", 0): return { try await RecordsView(self).events(request) }
        case (.get, "findings", 0): return { try await RecordsView(self).findings(request) }
        case (.get, "scans", 0): return { try await RecordsView(self).scans(request) }
        case (.get, "records", 1): return { try await RecordView(self).record(rest[0]) }
        case (.get, "records", 2) where rest[1] == "history": return { try await RecordView(self).history(rest[0], request) }
        case (.get, "records", 2) where rest[1] == "why": return { try await RecordView(self).reasons(rest[0]) }
        case (.get, "receipts", 1): return { try await ReceiptView(self).receipt(rest[0]) }
        case (.get, "entries", 1): return { try await EntryView(self).entry(rest[0]) }
        case (.get, "changes", 1): return { try await RecordView(self).change(rest[0]) }
        case (.post, "journal", 1) where rest == ["erase"]: return { try await Decisions(self).erase(request) }
        case (.post, "void", 0): return { try await Decisions(self).void(request) }
        case (.post, "rebuild", 0): return { try await Decisions(self).rebuild(request) }
        default: throw Self.refusal(of: request)
        }
    }

    /// Whether the path takes another method, or is none.
    private static func refusal(of request: OperatorRequest) -> OperatorError {
        let path = request.path.dropFirst()
        let isKnown =
            switch (path.first ?? "", path.count) {
            case ("status", 1), ("sources", 1), ("sinks", 1), ("replays", 1), ("dead", 1), ("events", 1), ("findings", 1), ("scans", 1), ("void", 1),
                ("rebuild", 1), ("records", 2), ("receipts", 2), ("entries", 2), ("changes", 2):
                true
            case ("records", 3): ["history", "why"].contains(path.last)
            case ("sinks", 3): ["test", "forget"].contains(path.last)
            case ("sources", 3): path.last == "takes"
            case ("journal", 2): path.last == "erase"
            case ("replays", 2): path.last == "cancel"
            default: false
            }
        return isKnown ? OperatorError(.notAllowed, "this path takes another method") : .noPath
    }

    var state: StateQueries {
        get throws(OperatorError) { try sources.state.get() }
    }

    /// The source that is meant: one that is configured, or that anything came from.
    func source(_ name: String?) async throws -> String? {
        guard let name else { return nil }
        let configured = sources.configuredSources().map(\.name)
        if configured.contains(name) { return name }
        let known = Set(try await state.sources().map(\.source)).union(configured).filter { !$0.isEmpty }
        guard known.contains(name) else {
            var error = OperatorError(.unknownName, unknown: "source", name, known: known.sorted())
            error.missing = ConfiguredThing(.source, name)
            throw error
        }
        return name
    }

    /// Refuses a receipt's number that no receipt has yet.
    func check(_ bound: ReceiptBound) throws(OperatorError) {
        if let refusal = try bound.refusal(newest: live().journal.watermark) { throw OperatorError(.unknownName, refusal) }
    }

    /// Refuses a beginning that no list can have: a number far behind the newest entry is a year, or a slip of the pen. The next one is still to come.
    func check(since bound: ReceiptBound?) async throws {
        guard case .receipt(let number)? = bound, number > 1, await sources.rebuilding() == nil else { return }
        let position = try await state.position(), newest = max(position, sources.live?.journal.watermark ?? 0)
        guard let refusal = ReceiptBound.receipt(number - 1).refusal(newest: newest) else { return }
        let words = refusal.replacing("receipt \(number - 1) ", with: "receipt \(number) ")
        throw OperatorError(.unknownName, words, hint: (1970...2199).contains(number) ? "a year is written \(number)-01-01" : nil)
    }

    func live() throws(OperatorError) -> any LiveGateway {
        guard let live = sources.live else { throw OperatorError(.unavailable, "no gateway runs") }
        return live
    }
}
