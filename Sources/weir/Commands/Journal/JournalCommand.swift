import ArgumentParser
import Gateway
import Journal

/// `weir journal …`: what came in and was decided.
struct JournalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journal", abstract: "Checks, counts, exports the journal, and erases bodies from it.",
        subcommands: [JournalVerify.self, JournalStats.self, JournalExportCommand.self, JournalErase.self])
}

extension ConfigurationOption {
    /// The journal's files, read beside a running gateway or without one.
    func journalFiles() throws(CommandFailure) -> JournalFiles {
        let configuration = try loadForReading()
        do throws(GatewayError) { try configuration.storage.requireJournal() } catch { throw CommandFailure(error) }
        do { return try JournalFiles(configuration.storage.journal) } catch { throw CommandFailure(error.message) }
    }
}
