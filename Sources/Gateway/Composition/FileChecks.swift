import Delivery
import Journal
import State

/// Looks at the files that are there before any of them is opened for writing.
enum FileChecks {
    /// Throws when a file belongs to a newer version or another program, or cannot be read; then nothing was touched.
    static func run(_ storage: StorageSettings) async throws(GatewayError) {
        do {
            if FilePaths.exists(storage.stateFile), try StateStore.isMade(path: storage.stateFile) {
                let store = try StateStore.openReadOnly(path: storage.stateFile, ofAnyVersion: true)
                defer { store.close() }
                _ = try await StateQueries(store: store).sources()
            }
            if FilePaths.exists(storage.ledgerFile) { try check(ledger: storage.ledgerFile) }
        } catch let error as StateError {
            throw GatewayError(error.message)
        } catch let error as LedgerError {
            throw GatewayError(error.message)
        } catch {
            throw GatewayError("\(error)")
        }
    }

    /// A file whose making was interrupted is no obstacle: opening it for writing completes it.
    private static func check(ledger path: String) throws(LedgerError) {
        do throws(LedgerError) {
            _ = try LedgerReader(path: path).positions()
        } catch {
            switch error.code {
            case .newerVersion, .corrupt: throw error
            default: return
            }
        }
    }
}
