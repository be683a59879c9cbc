import ArgumentParser
import Gateway

/// `weir check`: what `serve` checks, without serving.
struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Checks the configuration, its adapters, and whether a start would succeed; names every error at once.",
        discussion: """
            Beside a running gateway its lock and ports are left out. Of the files in the data folder ledger.db is read to its end; the journal is not, \
            as weir journal verify does that. Makes and changes nothing.
            """)

    @OptionGroup var config: ConfigurationOption

    func run() async throws {
        let configuration = try config.load(showingWarnings: true, needsSecrets: true)
        // Of a folder that is another user's the checks say so themselves.
        let isRunning = DataAccess.mayRead(configuration.storage.data) ? try await GatewayChannel.open(configuration) != nil : false
        let problems =
            await StartChecks.problems(configuration, besideRunning: isRunning) + StartChecks.sinks(configuration)
            + StartChecks.ledger(configuration) + (isRunning ? [] : StartChecks.losses(configuration))
        for damage in await StartChecks.damage(configuration) {
            StandardError.line(SafeText.escaped("weir: warning: \(damage.message)" + (damage.hint.map { " (hint: \($0))" } ?? "")))
        }
        for sentence in await LeftSources.sentences(configuration) + LeftSinks.sentences(configuration) + LeftSinks.renamed(configuration)
            + LeftSinks.changed(configuration)
        {
            StandardError.line("weir: warning: \(SafeText.escaped(sentence))")
        }
        if let owner = DataAccess.otherOwner(of: configuration.storage.data) {
            let command = "sudo -u \(ShellWord.user(owner)) weir check --config \(ShellWord.quoted(config.file))"
            StandardError.line(
                "weir: warning: root may read and write everything; what \(SystemUser.name(of: owner)), whose the data folder is, may is shown by: \(SafeText.escaped(command))"
            )
        }
        guard problems.isEmpty else { throw CommandFailure(problems) }
        if FilePaths.isFolder(configuration.storage.journal) {
            StandardOutput.line("looked at: \(config.file) and what it names, ledger.db, the beginning of state.db, the end of the journal")
            StandardOutput.line("not looked at: what the journal holds (weir journal verify reads all of it)")
        }
        StandardOutput.line("\(config.file): fine (\(configuration.sources.count.of("source")), \(configuration.sinks.count.of("sink")))")
    }
}
