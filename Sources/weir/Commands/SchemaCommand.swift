import ArgumentParser

/// `weir schema NAME`: one of the published schemas.
struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Prints a JSON schema: of what --json prints, of adapters and their cases, of the configuration.")

    @Argument(
        help: ArgumentHelp(
            "finding, scan, notice, change, event, receipt, reason, source, sink, dead, difference, verification, statistics, trial, adapter, case or config.",
            valueName: "name"))
    var name: String

    @OptionGroup var config: ConfigurationOption

    func run() throws {
        guard let schema = EmbeddedSchemas.schemas.first(where: { $0.name == name }) else {
            throw CommandFailure("there is no schema '\(name)'", hint: "known: " + EmbeddedSchemas.schemas.map(\.name).joined(separator: ", "))
        }
        StandardOutput.write(Array(schema.text.utf8))
    }
}
