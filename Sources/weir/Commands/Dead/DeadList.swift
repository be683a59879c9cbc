import ArgumentParser
import Gateway
import JSONDocument

/// `weir dead list`.
struct DeadList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists the dead letters, the oldest first.")

    @Argument(help: "Only those of this sink.")
    var sink: String?

    @Option(help: "At most so many.")
    var limit = 100

    @Option(help: ArgumentHelp("Go on after this one, as the command before said.", valueName: "place"))
    var after: String?

    @Flag(help: "Print one JSON object a letter.")
    var json = false

    @OptionGroup var config: ConfigurationOption

    func validate() throws {
        guard (1...1_000_000).contains(limit) else { throw ValidationError("--limit is a number from 1 to 1000000") }
    }

    func run() async throws {
        let configuration = try config.loadForReading()
        let client = try await OperatorClient.open(configuration)
        let (letters, next) = try await DeadLetters.read(client, sink: sink, ids: [], limit: limit, after: after)
        // A sink that is no longer configured may have dead letters still.
        if let sink, letters.isEmpty, !configuration.sinks.contains(where: { $0.name == sink }) {
            throw CommandFailure("there is no sink '\(sink)'", hint: "weir sinks")
        }
        defer { ListingOptions.End(next: next, count: letters.count).report() }
        if json {
            for letter in letters { StandardOutput.json(letter.bytes) }
            return
        }
        var table = Table([
            .init("SINK"), .init("CHANGE", isWhole: true), .init("TYPE"), .init("SINCE", isWhole: true), .init("TRIES", isNumber: true), .init("SAID"),
        ])
        for letter in letters {
            table.add([
                letter.word("sink"), letter.word("change"), letter.word("type"), letter.time("since_time"), letter.word("attempts"), letter.word("words"),
            ])
        }
        table.print(orNothing: "no dead letters")
    }
}

/// Dead letters as the gateway, or the files, give them.
enum DeadLetters {
    /// All that match, at most `limit`, asked for in pieces; and where those behind them are.
    static func read(
        _ client: OperatorClient, sink: String?, ids: [String], limit: Int, after: String? = nil
    ) async throws(CommandFailure) -> (letters: [JSONValue], next: String?) {
        var letters: [JSONValue] = []
        var after = after
        repeat {
            var query = [(name: "limit", value: String(min(limit - letters.count, 1000)))]
            if let sink { query.append(("sink", sink)) }
            for id in ids { query.append(("id", id)) }
            if let after { query.append(("after", after)) }
            let answer = try await client.get(["v1", "dead"], query: query)
            letters += answer["dead"]?.arrayValue ?? []
            after = answer["next"]?.stringValue
        } while after != nil && letters.count < limit
        return (letters, after)
    }
}
