import ArgumentParser
import Gateway
import Journal

/// Whose journal a command reads: the configuration's, or that in any folder, such as a copy that was put aside.
struct JournalPlace: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A data folder, or the folder of its journal alone, such as a copy of one; the configuration is not read then.", valueName: "folder"))
    var data: String?

    @OptionGroup var config: ConfigurationOption

    func validate() throws {
        if let data, data.utf8.isEmpty { throw ValidationError("--data is empty") }
    }

    /// The journal's files, read beside a running gateway or without one.
    func files() throws(CommandFailure) -> JournalFiles {
        let storage = try storage()
        do { return try JournalFiles(storage.journal) } catch { throw CommandFailure(error.message) }
    }

    /// The same without what `state.db` beside them knows to be erased.
    func shownFiles() throws(CommandFailure) -> JournalFiles {
        let storage = try storage()
        do throws(JournalError) { return try OfflineGateway.files(storage) } catch { throw CommandFailure(error.message) }
    }

    private func storage() throws(CommandFailure) -> StorageSettings {
        let storage: StorageSettings
        if let data { storage = try Self.storage(data) } else { storage = try config.loadForReading().storage }
        try DataAccess.check(storage)
        do throws(GatewayError) { try storage.requireJournal() } catch { throw CommandFailure(error) }
        return storage
    }

    private static func storage(_ folder: String) throws(CommandFailure) -> StorageSettings {
        let path = FilePaths.absolute(folder, in: FilePaths.workingDirectory)
        guard !FilePaths.isAbsent(path) else { throw CommandFailure("there is no folder \(path)") }
        let inner = path + "/journal"
        return StorageSettings(data: path, journal: FilePaths.isFolder(inner) ? inner : path)
    }
}
