import ArgumentParser
import Delivery
import FindingModel
import Gateway
import JSONDocument
import State

/// `weir dead retry SINK`.
struct DeadRetry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "retry", abstract: "Has dead letters of a sink tried again.")

    @OptionGroup var selection: DeadSelection

    func validate() throws { try selection.check() }

    func run() async throws {
        // Nothing is done where what was done could not be told.
        let client = try await selection.client()
        let unknown = try await selection.unknown(client)
        let (count, isFull) = try await selection.settle(.retry, "retry")
        StandardOutput.line("\(count) pending again")
        // One that was refused again at once is dead and was not left.
        let left = isFull || count == 0 ? try await selection.left(client) : 0
        try selection.check(count, left: left)
        if left > 0 { StandardError.line("hint: more are dead than can wait at a time; ask again when these are done") }
        try selection.check(unknown)
    }
}

/// `weir dead drop SINK`.
struct DeadDrop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "drop", abstract: "Gives dead letters of a sink up; they are counted as dropped.")

    @OptionGroup var selection: DeadSelection

    func validate() throws { try selection.check() }

    func run() async throws {
        // As with a retry; and what cannot be undone is done only where all that it is about is there.
        let client = try await selection.client()
        let unknown = try await selection.unknown(client)
        let (count, _) = try await selection.settle(.drop, "drop")
        StandardOutput.line("\(count) dropped")
        try selection.check(count, left: 0)
        try selection.check(unknown)
    }
}

/// Which dead letters are meant.
struct DeadSelection: ParsableArguments {
    @Argument(help: "The sink.")
    var sink: String

    @Argument(help: "Ids of changes, or uids of records.")
    var ids: [String] = []

    @Flag(help: "All dead letters of the sink.")
    var all = false

    @OptionGroup var config: ConfigurationOption

    func check() throws {
        if ChangeID(sink) != nil || RecordIdentity.isUID(sink) {
            throw ValidationError("'\(sink)' is an id, and the sink's name comes before it", hint: "weir dead show \(sink) names the sink")
        }
        guard all == ids.isEmpty else { throw ValidationError(all ? "--all and ids exclude each other" : "name ids, or say --all") }
        guard ids.count <= 1000 else { throw ValidationError("at most 1000 ids at a time") }
    }

    /// Does it in the running gateway, or in the ledger when none runs; returns for how many, and whether no more can wait.
    func settle(_ settlement: DeadLetterSettlement, _ action: String) async throws -> (count: Int, isFull: Bool) {
        let configuration = try config.loadForReading()
        guard let channel = try await GatewayChannel.open(configuration) else {
            do throws(GatewayError) {
                // Without a gateway nothing is tried, so what is dead still was left.
                return (try await OfflineGateway.settle(settlement, sink: sink, changes: ids, configuration), true)
            } catch {
                throw CommandFailure(error)
            }
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("action", action)
        writer.member("sink", sink)
        if all {
            writer.key("all")
            writer.bool(true)
        } else {
            writer.key("ids")
            writer.beginArray()
            for id in ids { writer.string(id) }
            writer.endArray()
        }
        writer.endObject()
        let answer = try await OperatorClient(channel).post(["v1", "dead"], body: writer.bytes)
        return (answer["count"]?.integerValue.flatMap { Int(exactly: $0) } ?? 0, answer["full"]?.boolValue == true)
    }

    /// Whoever says what is dead.
    func client() async throws -> OperatorClient { try await OperatorClient.open(try config.loadForReading()) }

    /// Those of several ids that name no dead letter now.
    func unknown(_ client: OperatorClient) async throws -> [String] {
        guard ids.count > 1 else { return [] }
        var known: Set<String> = []
        for letter in try await DeadLetters.read(client, sink: sink, ids: ids, limit: 100_000).letters {
            known.formUnion([letter.word("change"), letter.word("uid")])
        }
        return ids.filter { !known.contains($0) }
    }

    /// Fails when some of several ids named nothing.
    func check(_ unknown: [String]) throws(CommandFailure) {
        guard !unknown.isEmpty else { return }
        let names = unknown.prefix(10).map { "'\($0)'" }.joined(separator: ", ") + (unknown.count > 10 ? " and \(unknown.count - 10) more" : "")
        throw CommandFailure("the sink '\(sink)' has no dead letter \(names)", hint: "weir dead list \(sink); what waits is none (--waiting shows that)")
    }

    /// Fails when ids were named and nothing was done, because none of them is a dead letter.
    func check(_ count: Int, left: Int) throws(CommandFailure) {
        guard count == 0, left == 0, !ids.isEmpty else { return }
        let what = ids.count == 1 ? "dead letter '\(ids[0])'" : "dead letter of any of these names"
        throw CommandFailure("the sink '\(sink)' has no \(what)", hint: "weir dead list \(sink); what waits is none (--waiting shows that)")
    }

    /// How many of them are dead still, at most 1.
    func left(_ client: OperatorClient) async throws -> Int {
        try await DeadLetters.read(client, sink: sink, ids: ids, limit: 1).letters.count
    }
}
