import ArgumentParser

/// `weir journal …`: what came in and was decided.
struct JournalCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journal", abstract: "Checks, counts, exports the journal, and erases bodies from it.",
        subcommands: [JournalVerify.self, JournalStats.self, JournalExportCommand.self, JournalErase.self])
}
