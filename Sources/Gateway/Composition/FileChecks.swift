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

    /// What a start would find damaged, and what it would do about it.
    static func damage(_ storage: StorageSettings) async -> [GatewayError] {
        var damage: [GatewayError] = []
        if let error = await stateProblem(storage), error.code == .corrupt {
            damage.append(GatewayError(error.message, hint: "the next start puts it aside and makes it again from the journal"))
        }
        if let error = ledgerProblem(storage), error.code == .corrupt { damage.append(GatewayError(error.message)) }
        return damage
    }

    /// What a start would go on without, because the journal's entry of it cannot be read.
    static func unreadable(_ storage: StorageSettings) async -> [GatewayError] {
        guard FilePaths.exists(storage.stateFile), let store = try? StateStore.openReadOnly(path: storage.stateFile) else { return [] }
        defer { store.close() }
        guard let entries = try? await StateQueries(store: store).unreadable() else { return [] }
        return [GatewayError(entries.sentence, hint: UnreadableEntries.hint)]
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
            try LedgerReader.checkFiles(path: storage.ledgerFile)
            _ = try LedgerReader(path: storage.ledgerFile).positions()
            return nil
        } catch {
            return error
        }
    }
}
