import Delivery
import Journal
import State

/// Looks at the files that are there before any of them is opened for writing.
enum FileChecks {
    /// Throws when a file belongs to a newer version or another program; then nothing was touched. A damaged one does not keep a start from
    /// succeeding: see `damage`.
    static func run(_ storage: StorageSettings) async throws(GatewayError) {
        if let error = await stateProblem(storage), !error.isSurvivable { throw GatewayError(error.message) }
        if let error = ledgerProblem(storage), error.code == .newerVersion { throw GatewayError(error.message) }
    }

    /// What a start would find damaged, and what it would do about it by itself.
    static func damage(_ storage: StorageSettings) async -> [GatewayError] {
        var damage: [GatewayError] = []
        if let error = await stateProblem(storage), error.code == .corrupt {
            damage.append(GatewayError(error.message, hint: "the next start puts it aside and makes it again from the journal"))
        }
        if let lost = await lostLedger(storage) { damage.append(lost) }
        return damage
    }

    /// That ledger.db is gone, of which the file beside it, or a state.db that every start makes together with it, says that it was there: sinks begin anew
    /// without it.
    static func lostLedger(_ storage: StorageSettings) async -> GatewayError? {
        guard !FilePaths.exists(storage.ledgerFile) else { return nil }
        if !FilePaths.exists(LedgerReader.markFile(beside: storage.ledgerFile)), await position(storage) == 0 { return nil }
        return GatewayError(
            "\(storage.ledgerFile) is gone: every sink begins anew where its from: says, and is told once more what it was told since then",
            hint: "put the file back before the next start; there is no other copy of it (docs/operations.md, Restore)")
    }

    /// That ledger.db is damaged: the one file that a start neither makes again nor does without. Reads all of it.
    static func ledgerDamage(_ storage: StorageSettings) -> GatewayError? {
        guard let error = ledgerProblem(storage), error.code == .corrupt else { return nil }
        return GatewayError(error.message)
    }

    /// What a start would go on without, because the journal's entry of it cannot be read.
    static func unreadable(_ storage: StorageSettings) async -> [GatewayError] {
        guard FilePaths.exists(storage.stateFile), let store = try? StateStore.openReadOnly(path: storage.stateFile) else { return [] }
        defer { store.close() }
        guard let entries = try? await StateQueries(store: store).unreadable() else { return [] }
        return [GatewayError(entries.sentence, hint: UnreadableEntries.hint)]
    }

    /// The journal that `state.db` or `ledger.db` is of is gone, or ends before what they have of it: a start would go on without what was received.
    static func journalLoss(_ storage: StorageSettings) async -> GatewayError? {
        var head: JournalHead?
        do throws(JournalError) { head = try OfflineGateway.files(storage).head() } catch { guard error.code == .corrupt else { return nil } }
        let hint = StorageSettings.lostJournalHint
        let taken = await position(storage)
        if let head {
            guard taken > head.number else { return nil }
            return GatewayError("the journal in \(storage.journal) ends at entry \(head.number), and state.db has taken in entry \(taken)", hint: hint)
        }
        let delivered = FilePaths.exists(storage.ledgerFile) ? (try? LedgerReader(path: storage.ledgerFile).positions()) ?? [] : []
        let files = [("state.db", taken > 0), ("ledger.db", delivered.contains { $0.cursor > 0 })].filter(\.1).map(\.0)
        guard !files.isEmpty else { return nil }
        let verb = files.count == 1 ? "was" : "were"
        return GatewayError(
            "there is no journal in \(storage.journal), and \(files.joined(separator: " and ")) in \(storage.data) \(verb) made of one", hint: hint)
    }

    /// The last entry that state.db has taken in; 0 where it cannot be read.
    private static func position(_ storage: StorageSettings) async -> UInt64 {
        guard FilePaths.exists(storage.stateFile), let store = try? StateStore.openReadOnly(path: storage.stateFile) else { return 0 }
        defer { store.close() }
        return (try? await StateQueries(store: store).position()) ?? 0
    }

    private static func stateProblem(_ storage: StorageSettings) async -> StateError? {
        guard FilePaths.exists(storage.stateFile) else { return nil }
        do throws(StateError) {
            try StateStore.checkFiles(path: storage.stateFile)
            guard try StateStore.isMade(path: storage.stateFile) else { return nil }
            let store = try StateStore.openReadOnly(path: storage.stateFile, ofAnyVersion: true)
            defer { store.close() }
            do { _ = try await StateQueries(store: store).sources() } catch let error as StateError { throw error } catch { return nil }
            return nil
        } catch {
            return error
        }
    }

    /// A file whose making was interrupted is no obstacle: opening it for writing completes it.
    private static func ledgerProblem(_ storage: StorageSettings) -> LedgerError? {
        guard FilePaths.exists(storage.ledgerFile) else { return nil }
        do throws(LedgerError) {
            try LedgerReader.requireWhole(path: storage.ledgerFile)
            return nil
        } catch {
            return error
        }
    }
}
