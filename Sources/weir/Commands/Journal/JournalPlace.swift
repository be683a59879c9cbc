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
        let storage: StorageSettings
        if let data { storage = try Self.storage(data) } else { storage = try config.loadForReading().storage }
        try DataAccess.check(storage)
        do throws(GatewayError) { try storage.requireJournal() } catch { throw CommandFailure(error) }
        do { return try JournalFiles(storage.journal) } catch { throw CommandFailure(error.message) }
    }

    private static func storage(_ folder: String) throws(CommandFailure) -> StorageSettings {
        let path = FilePaths.absolute(folder, in: FilePaths.workingDirectory)
        guard !FilePaths.isAbsent(path) else { throw CommandFailure("there is no folder \(path)") }
        let inner = path + "/journal"
        return StorageSettings(data: path, journal: FilePaths.isFolder(inner) ? inner : path)
    }
}
