import ArgumentParser
import JSONDocument

/// `weir dead show ID`.
struct DeadShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows dead letters, or changes that wait, with everything that the sinks said.")

    @Argument(help: "A change's id, or a record's uid.")
    var id: String

    @Flag(help: "Print one JSON object a letter.")
    var json = false

    @OptionGroup var config: ConfigurationOption

    func run() async throws {
        let client = try await OperatorClient.open(try config.loadForReading())
        var letters = try await DeadLetters.read(client, sink: nil, ids: [id], limit: 1000).letters
        letters += try await DeadLetters.read(client, "waiting", sink: nil, ids: [id], limit: 1000).letters
        guard !letters.isEmpty else { throw CommandFailure("there is no dead letter '\(id)'", hint: "weir dead list") }
        for letter in letters {
            if json { StandardOutput.json(letter.bytes) } else { StandardOutput.line(PrettyJSON.text(letter)) }
        }
    }
}
