import ArgumentParser
import Console
import Gateway
import JSONDocument

/// `weir dead list`.
struct DeadList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists the dead letters, the oldest first; or the changes that wait.")

    @Argument(help: "Only those of this sink.")
    var sink: String?

    @Flag(help: "Those that are put off while the sink takes others, and those of their records held behind them: what weir sinks counts as WAITING.")
    var waiting = false

    @Option(parsing: .unconditional, help: "At most so many.")
    var limit = 100

    @Option(help: ArgumentHelp("Go on after this one, as the command before said.", valueName: "place"))
    var after: String?

    @Flag(help: "Print one JSON object a letter.")
    var json = false

    @OptionGroup var config: ConfigurationOption

    func validate() throws {
        guard (1...1_000_000).contains(limit) else { throw ValidationError("--limit is a number from 1 to 1000000") }
        try RequestCheck.run(["v1", "dead"], query: DeadLetters.query("dead", sink: sink, ids: [], limit: 1, after: after))
    }

    func run() async throws {
        let client = try await OperatorClient.open(try config.loadForReading())
        let (letters, next) = try await DeadLetters.read(
            client, waiting ? "waiting" : "dead", sink: sink, ids: [], limit: limit, after: after)
        defer { ListingOptions.End(next: next, count: letters.count).report() }
        if json {
            for letter in letters { StandardOutput.json(letter.bytes) }
            return
        }
        if waiting { return showWaiting(letters) }
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

    private func showWaiting(_ letters: [JSONValue]) {
        var table = Table([
            .init("SINK"), .init("CHANGE", isWhole: true), .init("STATE"), .init("TYPE"), .init("SINCE", isWhole: true), .init("TRIES", isNumber: true),
            .init("NEXT", isWhole: true), .init("SAID"),
        ])
        for letter in letters {
            let isHeld = letter.word("state") == "held", words = letter.word("words")
            table.add([
                letter.word("sink"), letter.word("change"), letter.word("state"), letter.word("type"), letter.time("since_time"), letter.word("attempts"),
                letter.time("next_time"), isHeld && words.isEmpty ? "an earlier change of its record waits" : words,
            ])
        }
        table.print(orNothing: "no changes wait")
    }
}

/// Dead letters as the gateway, or the files, give them.
enum DeadLetters {
    /// All in `state` that match, at most `limit`, asked for in pieces; and where those behind them are.
    static func read(
        _ client: OperatorClient, _ state: String = "dead", sink: String?, ids: [String], limit: Int, after: String? = nil
    ) async throws(CommandFailure) -> (letters: [JSONValue], next: String?) {
        var letters: [JSONValue] = []
        var after = after
        repeat {
            let query = query(state, sink: sink, ids: ids, limit: min(limit - letters.count, 1000), after: after)
            let answer = try await client.get(["v1", "dead"], query: query)
            letters += answer["dead"]?.arrayValue ?? []
            after = answer["next"]?.stringValue
        } while after != nil && letters.count < limit
        return (letters, after)
    }

    /// What is asked for a page.
    static func query(_ state: String, sink: String?, ids: [String], limit: Int, after: String?) -> [(name: String, value: String)] {
        var query = [(name: "limit", value: String(limit)), (name: "state", value: state)]
        if let sink { query.append(("sink", sink)) }
        for id in ids { query.append(("id", id)) }
        if let after { query.append(("after", after)) }
        return query
    }
}
