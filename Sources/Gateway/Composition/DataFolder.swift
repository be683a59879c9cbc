import FindingModel
import Glibc
import Journal
import Synchronization

/// The data folder, held against every other process until it is released.
final class DataFolder: Sendable {
    let storage: StorageSettings
    private let lock: Mutex<DataDirectoryLock?>

    /// Makes the folder if it is not there, locks it, and removes the socket that a process which was killed left behind.
    init(_ storage: StorageSettings, now: Timestamp) throws(GatewayError) {
        self.storage = storage
        if !FilePaths.isFolder(storage.data), mkdir(storage.data, 0o700) != 0 {
            throw GatewayError("cannot make the data folder \(storage.data): \(FilePaths.errorText(errno))")
        }
        try FolderRights.check(storage.data, "data folder")
        do throws(JournalError) { lock = Mutex(try DataDirectoryLock(storage.data, now: now)) } catch { throw GatewayError(error.message) }
        unlink(storage.socketFile)
    }

    /// Lets another process have it.
    func release() { lock.withLock { $0 = nil } }

    /// Throws when another process holds the folder now; makes and changes nothing.
    static func check(_ storage: StorageSettings) throws(GatewayError) {
        guard let holder = DataDirectoryLock.holder(of: storage.data) else { return }
        throw GatewayError("the data directory \(storage.data) is in use by \(holder)", hint: "stop it first, or use another data folder")
    }
}
