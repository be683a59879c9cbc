import ArgumentParser
import Console
import Delivery
import Gateway
import JSONDocument

/// `weir sink`.
struct SinkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sink", abstract: "Does something with one sink.", subcommands: [SinkTest.self])
}

/// `weir sink test NAME`.
struct SinkTest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Sends one marked change to a sink and reports its answer.",
        discussion: "The change is a notice of kind gateway_test; it stands in no journal and moves no cursor.")

    @Argument(help: "The sink's name.")
    var name: String

    @OptionGroup var config: ConfigurationOption

    func run() async throws {
        let answer = try await ask()
        let words = [answer.word("outcome"), answer.word("status"), answer.word("id")].filter { !$0.isEmpty }.joined(separator: " ")
        guard answer.word("outcome") == "delivered" else { throw CommandFailure("\(name): \(words): \(answer.word("reason"))") }
        StandardOutput.line("\(name): \(words)")
    }

    /// What the sink says, of the running gateway where there is one, which knows it as it is; otherwise of this process.
    private func ask() async throws(CommandFailure) -> JSONValue {
        if let channel = try await GatewayChannel.open(try config.loadForReading()) {
            return try await OperatorClient(channel).post(["v1", "sinks", name, "test"], body: [])
        }
        let configuration = try config.load(needsSecrets: true)
        let names = configuration.sinks.map(\.name)
        guard names.contains(name) else { throw CommandFailure(no: "sink", name, known: names) }
        do throws(GatewayError) {
            var writer = JSONWriter()
            try await OfflineGateway.testSink(name, configuration).write(to: &writer)
            return (try? JSONValue(parsing: writer.bytes)) ?? .null
        } catch {
            throw CommandFailure(error)
        }
    }
}
