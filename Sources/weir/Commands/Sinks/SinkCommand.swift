import ArgumentParser
import Console
import Delivery
import Gateway
import JSONDocument

/// `weir sink`.
struct SinkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sink", abstract: "Does something with one sink.", subcommands: [SinkTest.self, SinkForget.self])
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

/// `weir sink forget NAME`.
struct SinkForget: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget", abstract: "Gives up what a sink that has left the configuration has still to do.",
        discussion: """
            Without --yes it only says what that is. What the sink was told stays known. One of the same name that is configured later begins as a new \
            one, and goes on with the tickets that findings have there; with --tickets these are forgotten too, as they must be where it is another system.
            """)

    @Argument(help: "The sink's name.")
    var name: String

    @Flag(help: "Do it.")
    var yes = false

    @Flag(help: "Forget which ticket each finding has there, too.")
    var tickets = false

    @OptionGroup var config: ConfigurationOption

    func run() async throws {
        let answer = try await ask()
        let counts = [(answer.word("pending"), "pending"), (Sinks.waiting(of: answer), "waiting"), (answer.word("dead"), "dead")]
        let words = counts.filter { !["", "0"].contains($0.0) }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
        let replays = answer["queued_replays"]?.arrayValue?.count ?? 0
        let left = [
            words.isEmpty ? nil : "its changes (\(words)) are not sent any more",
            replays > 0 ? "\(replays.of("replay")) that it was to get \(replays == 1 ? "ends" : "end")" : nil,
        ]
        let what = left.allSatisfy { $0 == nil } ? "nothing is left to do for it" : left.compactMap(\.self).joined(separator: ", and ")
        guard yes else {
            StandardOutput.line("\(name) would be given up: \(what)")
            StandardError.line("hint: --yes does it")
            return
        }
        StandardOutput.line("\(name) is given up: \(what)")
    }

    private func ask() async throws(CommandFailure) -> JSONValue {
        let configuration = try config.loadForReading()
        if let channel = try await GatewayChannel.open(configuration) {
            if configuration.sinks.contains(where: { $0.name == name }) {
                throw CommandFailure(
                    "\(configuration.file) names the sink '\(name)', so that it is to go on",
                    hint: "take it out first, and have a running gateway read that (SIGHUP)")
            }
            var writer = JSONWriter()
            writer.beginObject()
            writer.key("make")
            writer.bool(yes)
            writer.key("tickets")
            writer.bool(tickets)
            writer.member("who", SystemUser.name)
            writer.endObject()
            return try await OperatorClient(channel).post(["v1", "sinks", name, "forget"], body: writer.bytes)
        }
        let answer: OperatorResponse
        do throws(GatewayError) { answer = try await OfflineGateway.forget(sink: name, isMade: yes, andTickets: tickets, configuration) } catch {
            throw CommandFailure(error)
        }
        return try OperatorClient.json(answer)
    }
}
