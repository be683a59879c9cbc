import Delivery
import Journal
import State

/// Looks at the files that are there before any of them is opened for writing.
enum FileChecks {
    /// Throws when a file belongs to a newer version or another program, or cannot be read; then nothing was touched.
    static func run(_ storage: StorageSettings) async throws(GatewayError) {
        do {
            if try StateStore.isMade(path: storage.stateFile) {
                let store = try StateStore.openReadOnly(path: storage.stateFile)
                defer { store.close() }
                _ = try await StateQueries(store: store).sources()
            }
            if FilePaths.exists(storage.ledgerFile) { _ = try LedgerReader(path: storage.ledgerFile).positions() }
        } catch let error as StateError {
            throw GatewayError(error.message)
        } catch let error as LedgerError {
            throw GatewayError(error.message)
        } catch {
            throw GatewayError("\(error)")
        }
    }
}
