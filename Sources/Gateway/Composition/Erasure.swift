import Delivery
import Journal
import Logging
import State

extension GatewayStart.Projection {
    /// Has the body of receipt `number` erased, and its words taken out of everything that was made of it.
    ///
    /// Done again it goes through the files again, where something of them may be left.
    ///
    /// - Returns: Files beside them that may still hold the words.
    func erase(_ number: UInt64, reason: String, who: String, _ finish: ErasureFinish) async throws -> [String] {
        // What stays of a receipt can be told only once it was projected, and while its body is there.
        try await projected(through: min(number, journal.watermark))
        let changes = try await StateQueries(store: store).changeCount(ofEntry: number)
        let husk = try await projector.husk(of: number, active: active.generation)
        let decision: UInt64?
        do throws(JournalError) {
            decision = try await journal.erase(number, reason: reason, who: who, changes: changes, husk: husk ?? [])
        } catch {
            guard error.code == .noSuchEntry, try await StateQueries(store: store).isReceipt(number) else { throw error }
            throw GatewayError.placeless(number)
        }
        try await projected(through: decision ?? journal.watermark)
        if try await !finish.run(again: number) { Task { await finish.runToTheEnd(through: 0, waiting: ErasureFinish.longPatience) } }
        return OlderCopies.find(beside: store.path, journal: active.configuration.storage.journal)
    }
}

extension GatewayStart.Projection {
    /// Decides again what state.db knows to be erased and the journal does not: a copy from before the decision was put back, and the body with it.
    fileprivate func decideAgain(_ receipts: [ErasedReceipt]) async throws {
        let lost = receipts.filter(\.isWithoutDecision).map(\.number)
        guard let first = lost.first else { return }
        let journal = journal
        let known = try await withJournal { () throws(JournalError) in try journal.decidedErasures(from: first + 1) }
        for number in lost where !known.contains(number) {
            let husk = try await projector.husk(of: number, active: active.generation, revealing: journal)
            let changes = try await StateQueries(store: store).changeCount(ofEntry: number)
            let decision: UInt64?
            do throws(JournalError) {
                decision = try await journal.erase(
                    number, reason: "it was erased, and the journal that was put back is older than that", who: "weir", changes: changes,
                    husk: husk ?? [], isLost: true)
            } catch {
                // A receipt whose segment is gone has no body.
                guard error.code == .noSuchEntry else { throw error }
                continue
            }
            try await projected(through: decision ?? 0)
        }
    }
}

extension GatewayStart.Projection {
    /// Runs what reads or writes the journal's files, which blocks, on a thread of its own.
    fileprivate func withJournal<T: Sendable>(_ body: @escaping @Sendable () throws(JournalError) -> T) async throws -> T {
        try await projector.onThread { () throws(StateError) in
            do throws(JournalError) { return try body() } catch { throw StateError(.journal, error.message) }
        }
    }
}

/// Does what is left of erasures that are decided: the bodies, and in state.db and ledger.db what may quote them. Done at any time, again, and after
/// any end of the process, it comes to the same.
struct ErasureFinish: Sendable {
    /// How long requests under way, which may still be answered in a receipt's words, are waited for before the rest is done.
    private static let patience = Duration.seconds(5)
    /// How long once the rest is done, before all of it is done again.
    static let longPatience = Duration.seconds(3600)
    /// Between two attempts that fail.
    private static let pauses = [1, 5, 30, 60]

    let projection: GatewayStart.Projection
    /// Nothing where nothing was delivered yet.
    let ledger: Ledger?
    /// Nothing where nothing is delivered at present.
    var delivery: DeliveryService?

    /// Does it for all erasures that the journal's projected part decides and that are not known to be done, and once more for `number`.
    ///
    /// - Returns: Whether nothing is left; false where a request that began before is under way.
    func run(again number: UInt64? = nil, waiting patience: Duration = patience) async throws -> Bool {
        let queries = StateQueries(store: projection.store)
        let decided = try await queries.erasedReceipts()
        // Where nothing was erased nothing can be left, whatever the ledger is like.
        guard !decided.isEmpty else { return true }
        try await projection.decideAgain(decided)
        try await zero(Set(decided.map(\.number)))
        let done = try await ledger?.finishedErasures() ?? []
        let receipts = decided.filter { !done.contains($0.number) || $0.number == number }
        guard !receipts.isEmpty else { return true }
        let isCalm = await delivery?.beginsAnew(within: patience) ?? true
        try Task.checkCancellation()
        for receipt in receipts {
            let uids = try await projection.projector.records(of: receipt)
            for link in try await ledger?.shownWords(of: uids) ?? [] {
                var words = ErasedWords.all
                if let change = link.change, let known = try await queries.words(of: receipt.number, in: change) {
                    words = link.gone(known.words, of: known.finding)
                }
                try await ledger?.erase(words, in: link)
            }
            try await ledger?.eraseWords(about: uids)
        }
        projection.projector.rereadWords()
        try await compact()
        if isCalm { try await ledger?.finishErasures(of: receipts.map(\.number)) }
        return isCalm
    }

    /// Does what an earlier process, or a request under way, has left; tries until nothing is left or the task is cancelled.
    ///
    /// - Parameters:
    ///   - end: The entry that has to be projected before.
    ///   - patience: How long requests under way are waited for at first.
    func runToTheEnd(through end: UInt64, waiting patience: Duration = patience) async {
        var patience = patience, pauses = Self.pauses, isToldOfCopies = false
        while !Task.isCancelled {
            do {
                try await projection.projected(through: end)
                try await tellWhatIsForgotten()
                if !isToldOfCopies { try await tellOfCopies() }
                isToldOfCopies = true
                if try await run(waiting: patience) { return }
                patience = Self.longPatience
            } catch {
                guard !Task.isCancelled else { return }
                await warn(of: error)
                try? await Task.sleep(for: .seconds(pauses.count > 1 ? pauses.removeFirst() : pauses[0]))
            }
        }
    }

    /// Says which erasures the journal's entries know nothing of, since a copy from before them was put back, and `state.db` neither.
    private func tellWhatIsForgotten() async throws {
        let journal = projection.journal, queries = StateQueries(store: projection.store)
        let done = try await ledger?.finishedErasures() ?? []
        let unknown = done.subtracting(try await queries.erasedReceipts().map(\.number))
        var forgotten = Set(try await listedInVain())
        // What came since the start has got the numbers of what the copy does not have.
        for number in unknown where number <= projection.journalEnd {
            if try await queries.isReceipt(number) { forgotten.insert(number) }
        }
        if !forgotten.isEmpty {
            let notice = GatewayNotice.forgottenErasures(forgotten.sorted())
            Logger(label: "gateway").error("\(notice.summary)")
            _ = try await journal.append(EntryDraft(kind: .notice, body: notice.bytes))
        }
        // Durable before the last that know of them forget.
        try await ledger?.forgetErasures(of: unknown.sorted())
        try await projection.withJournal { () throws(JournalError) in try journal.forgetErasures() }
    }

    private func listedInVain() async throws -> [UInt64] {
        let journal = projection.journal
        return try await projection.withJournal { () throws(JournalError) in try journal.forgottenErasures() }
    }

    /// Says which files may hold erased words that were put aside, such as a state.db from before an erasure that took the place of the one in use. They are
    /// nobody's but the person's who may want to look at them.
    private func tellOfCopies() async throws {
        guard try await !StateQueries(store: projection.store).erasedReceipts().isEmpty else { return }
        let storage = projection.active.configuration.storage
        // What a rebuild or a preview works in goes by itself.
        let copies = OlderCopies.find(beside: projection.store.path, journal: storage.journal).filter {
            !$0.contains("/state.db-rebuild") && !$0.contains("/state.db-preview")
        }
        guard !copies.isEmpty else { return }
        Logger(label: "gateway").warning(
            "files that were put aside may hold words of erased receipts, and nothing but a person removes them: \(copies.joined(separator: ", "))")
    }

    /// Says that something of erasures may be left, if anything was erased: what else is wrong others say.
    private func warn(of error: any Error) async {
        guard let decided = try? await StateQueries(store: projection.store).erasedReceipts(), !decided.isEmpty else { return }
        let numbers = decided.prefix(10).map { String($0.number) }.joined(separator: ", ") + (decided.count > 10 ? " …" : "")
        Logger(label: "gateway").warning(
            "what is left of erased receipts (\(numbers)) cannot be looked for, and is tried again: \(GatewayError(erasing: error).message)")
    }

    /// Looks at all bodies, whatever is done: they come back with a segment that is put back. A receipt whose segment is gone has none.
    private func zero(_ receipts: Set<UInt64>) async throws {
        let journal = projection.journal
        _ = try await projection.withJournal { () throws(JournalError) in try journal.finishErasing(receipts) }
    }

    private func compact() async throws {
        var failure: any Error = GatewayError("")
        // Who reads an older snapshot is done within moments.
        for _ in 0..<3 {
            do {
                try await projection.store.compact()
                try await ledger?.compact()
                return
            } catch { failure = error }
        }
        throw GatewayError(
            "the receipt is erased, but state.db or ledger.db cannot be written anew, and free pages may hold some of it: \(failure)",
            hint: "see to room on the disk, then give the same command again")
    }
}

extension GatewayError {
    /// A receipt whose head cannot be read, so that nobody knows where its body begins and ends.
    fileprivate static func placeless(_ receipt: UInt64) -> GatewayError {
        GatewayError(
            "the head of receipt \(receipt) cannot be read, so its body's place in the journal is not known and nothing was erased",
            hint: "put its segment back from a backup ('weir journal verify' names the place), start again and erase it then; where there is none, "
                + "stop the gateway, take the segment's file out of the journal's folder and state.db out of the data folder, start, and delete both")
    }

    /// What kept a receipt from being erased, for a person.
    init(erasing error: any Error) {
        switch error {
        case let error as GatewayError: self = error
        case let error as JournalError: self.init(error.message)
        case let error as StateError: self.init(error.message)
        case let error as LedgerError: self.init(error.message)
        default: self.init("\(error)")
        }
    }
}

/// Files that hold what state.db, ledger.db or the journal once held.
enum OlderCopies {
    static func find(beside state: String, journal: String) -> [String] {
        let folder = String(state.prefix(through: state.lastIndex(of: "/") ?? state.startIndex))
        return files(in: folder) { $0.contains(".db.damaged") || $0.hasPrefix("state.db-preview") || $0.hasPrefix("state.db-rebuild") }
            + files(in: journal + "/cut/") { _ in true }
    }

    private static func files(in folder: String, where isMeant: (String) -> Bool) -> [String] {
        guard case .success(let names) = FilePaths.entries(of: folder) else { return [] }
        return names.filter(isMeant).sorted().map { folder + $0 }
    }
}
