import ArgumentParser

/// `weir schema NAME`: one of the published schemas.
struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Prints a JSON schema: of what --json prints, of adapters and their cases, of the configuration.")

    @Argument(
        help: ArgumentHelp(
            "finding, scan, notice, change, event, receipt, entry, reason, source, sink, dead, difference, verification, statistics, export, trial, adapter, case or config.",
            valueName: "name"))
    var name: String

    @OptionGroup var config: ConfigurationOption

    func run() throws {
        guard let text = PublishedSchema.text(name) else {
            throw CommandFailure(no: "schema", name, known: PublishedSchema.names)
        }
        StandardOutput.write(Array(text.utf8))
    }
}
