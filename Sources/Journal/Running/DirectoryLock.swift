import Glibc
import Synchronization

/// Keeps other processes from writing the same journal.
final class DirectoryLock: Sendable {
    private let fileSystem: JournalFileSystem
    private let descriptor: Mutex<Int32?>

    init(_ directory: String, _ fileSystem: JournalFileSystem) throws(JournalError) {
        self.fileSystem = fileSystem
        do throws(SystemError) {
            descriptor = Mutex(try fileSystem.lockDirectory(directory))
        } catch {
            throw error.number == EWOULDBLOCK
                ? JournalError(.locked, "the journal in \(directory) is in use by another process") : .unwritable(directory, error)
        }
    }

    deinit { release() }

    func release() {
        let held = descriptor.withLock { held in
            defer { held = nil }
            return held
        }
        if let held { fileSystem.close(held) }
    }
}
