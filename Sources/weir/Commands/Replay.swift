import ArgumentParser
import Console
import Delivery
import FindingModel
import Gateway
import JSONDocument
import State
import YAMLDocument

/// `weir replay SINK --from TIME`.
struct Replay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Sends changes to a sink once more, beside its cursor, which stays where it is.",
        discussion: """
            Prints how many changes would be sent, by their types and the sink's routes; with --yes the running gateway sends them while the sink has \
            nothing else to do. One that would send what another one is to send is not queued twice. weir sinks shows all that are not done; --cancel \
            ends them: what was sent stays sent.
            """
    )

    @Argument(help: "The sink.")
    var sink: String

    @Option(parsing: .unconditional, help: "The first moment of receipt, such as \(MomentText.forms), or the first receipt's number.")
    var from: String?

    @Option(parsing: .unconditional, help: "The last moment, or the last receipt's number; now without it.")
    var to: String?

    @Option(help: "Only changes of this type, such as finding.*; may stand several times.")
    var type: [String] = []

    @Option(parsing: .unconditional, help: "Changes within a second at most, such as 100/s.")
    var rate: String?

    @Flag(help: "Do it.")
    var yes = false

    @Flag(help: "End the sink's replays that are not done, under way or queued.")
    var cancel = false

    @OptionGroup var config: ConfigurationOption

    func validate() throws {
        if cancel {
            guard from == nil, to == nil, type.isEmpty, rate == nil, !yes else { throw ValidationError("--cancel takes nothing but the sink's name") }
            return
        }
        guard let from else { throw ValidationError("--from is needed: \(Moment.forms)") }
        guard Moment.bound(from) != nil else { throw ValidationError("--from is \(Moment.forms), not '\(from)'") }
        if let to, Moment.bound(to) == nil { throw ValidationError("--to is \(Moment.forms), not '\(to)'") }
        if let first = Moment.bound(from), let to, let last = Moment.bound(to) {
            try Moment.check(.init("--from", from, first), .init("--to", to, last), isInclusive: true)
        }
        if let word = ReplayWish(sink: sink, from: .receipt(1), to: nil, types: type, rate: nil, who: "").unknownType {
            let meant = Spelling.closest(to: word, in: ChangeType.words.sorted()).map { " (did you mean '\($0)'?)" } ?? ""
            throw ValidationError("--type: no change has the type '\(word)'\(meant)")
        }
        if let rate, perSecond(rate) == nil { throw ValidationError("--rate is a number of changes within a second, such as 100/s") }
    }

    func run() async throws {
        if cancel { return try await cancelAll() }
        let client = OperatorClient(try await channel())
        let answer = try await client.post(["v1", "replays"], body: body)
        client.warnOfUnreadable()
        warn(newest: answer.word("newest_entry"))
        let count = answer.word("count")
        guard count != "0" else {
            StandardOutput.line(type.isEmpty ? "no change that its routes take was received then" : "no such change that its routes take was received then")
            return
        }
        let stretch = "\(count) \(count == "1" ? "change" : "changes") of sequences \(answer.word("first")) to \(answer.word("last"))" + Self.origin(of: answer)
        guard yes else {
            StandardOutput.line("\(sink) would get \(stretch)")
            StandardError.line("hint: --yes sends them")
            return
        }
        if answer["repeated"]?.boolValue == true {
            StandardOutput.line(
                "\(sink) gets \(stretch) already: \(answer.word("who")) asked at \(answer.time("created_time")), \(answer.word("delivered")) delivered so far")
            return
        }
        StandardOutput.line("\(sink) gets \(stretch)")
        StandardError.line("hint: weir sinks shows how far it has come, and afterwards what it did")
    }

    /// The running gateway, which knows its sinks whatever the file says by now.
    private func channel() async throws(CommandFailure) -> GatewayChannel {
        if let channel = try await GatewayChannel.open(try config.loadForReading()) { return channel }
        let configuration = try config.load(needsSecrets: false)
        guard configuration.sinks.contains(where: { $0.name == sink }) else {
            throw CommandFailure(no: "sink", sink, known: configuration.sinks.map(\.name))
        }
        throw CommandFailure("no gateway runs on \(configuration.storage.data), and only a running one sends anything", hint: "weir serve", status: 3)
    }

    /// What the range really held.
    private static func origin(of answer: JSONValue) -> String {
        let (first, last) = (answer.word("first_entry"), answer.word("last_entry"))
        guard !first.isEmpty else { return "" }
        let times = "\(answer.time("first_time")) to \(answer.time("last_time"))"
        return first == last ? ", made by entry \(first) (\(answer.time("first_time")))" : ", made by entries \(first) to \(last) (\(times))"
    }

    /// Says so where the range reaches beyond what there is.
    private func warn(newest: String) {
        guard let to, let bound = Moment.bound(to) else { return }
        if bound.isAhead(of: SystemClock.now()) {
            StandardError.line(SafeText.escaped("weir: --to \(to) lies ahead: what comes until then is not part of it"))
        }
        guard case .receipt(let end) = bound, let newest = UInt64(newest), end > newest else { return }
        StandardError.line("weir: --to \(end) lies beyond the newest entry, \(newest): what comes later is not part of it")
    }

    /// Ends what is not done, in the running gateway, or in the ledger when none runs.
    private func cancelAll() async throws {
        let configuration = try config.loadForReading()
        var replays: [(first: String, last: String, done: String)] = []
        if let channel = try await GatewayChannel.open(configuration) {
            var writer = JSONWriter()
            writer.beginObject()
            writer.member("sink", sink)
            writer.member("who", SystemUser.name)
            writer.endObject()
            let answer = try await OperatorClient(channel).post(["v1", "replays", "cancel"], body: writer.bytes)
            replays = (answer["cancelled"]?.arrayValue ?? []).map {
                ($0.word("first"), $0.word("last"), "\($0.word("delivered")) of \($0.word("count"))")
            }
        } else {
            do throws(GatewayError) {
                replays = try await OfflineGateway.cancelReplays(sink: sink, configuration).map {
                    (String($0.first), String($0.last), "\($0.delivered) of \($0.total)")
                }
            } catch {
                throw CommandFailure(error)
            }
        }
        for replay in replays { StandardOutput.line("cancelled the replay of \(replay.first) to \(replay.last) to \(sink): \(replay.done) delivered") }
        if replays.isEmpty { StandardOutput.line("no replay to \(sink) is under way or queued") }
    }

    private var body: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("sink", sink)
        if let bound = from.flatMap({ Moment.bound($0) }) { writer.member("from", bound.text) }
        if let bound = to.flatMap({ Moment.bound($0) }) { writer.member("to", bound.text) }
        if let number = rate.flatMap({ perSecond($0) }) { writer.member("rate", String(number)) }
        writer.member("who", SystemUser.name)
        if !type.isEmpty {
            writer.key("types")
            writer.beginArray()
            for word in type { writer.string(word) }
            writer.endArray()
        }
        writer.key("make")
        writer.bool(yes)
        writer.endObject()
        return writer.bytes
    }

    private func perSecond(_ text: String) -> Int? {
        guard let rate = RateText.perSecond(text), let number = Int(exactly: rate), number >= 1 else { return nil }
        return number
    }
}
