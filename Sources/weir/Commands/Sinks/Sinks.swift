import ArgumentParser
import JSONDocument

/// `weir sinks`.
struct Sinks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Shows the sinks: how far each has come, and what it said last.")

    @Flag(help: "Print one JSON object a sink.")
    var json = false

    @OptionGroup var config: ConfigurationOption

    func run() async throws {
        let answer = try await OperatorClient.open(try config.loadForReading()).get(["v1", "sinks"])
        CommandFailure.warn(of: answer)
        let sinks = answer["sinks"]?.arrayValue ?? []
        if json {
            for sink in sinks { StandardOutput.json(sink.bytes) }
            return
        }
        var table = Table([
            .init("SINK"), .init("TYPE"), .init("STATE"), .init("DELIVERED", isNumber: true), .init("FILTERED", isNumber: true),
            .init("SUPERSEDED", isNumber: true), .init("PENDING", isNumber: true), .init("WAITING", isNumber: true), .init("DEAD", isNumber: true),
            .init("DROPPED", isNumber: true), .init("EXPIRED", isNumber: true), .init("LAST DELIVERED", isWhole: true),
        ])
        for sink in sinks {
            table.add([
                sink.word("name"), sink.word("type"), sink.word("state"), sink.word("delivered"), sink.word("filtered"), sink.word("superseded"),
                sink.word("pending"), Self.waiting(of: sink), sink.word("dead"), sink.word("dropped"), sink.word("expired"),
                sink.time("last_delivered_time"),
            ])
        }
        table.print(orNothing: "no sinks are configured")
        let words = sinks.flatMap { sink in Self.words(of: sink).map { "\(sink.word("name")): \($0)" } }
        if !words.isEmpty { StandardOutput.line("") }
        for line in words { StandardOutput.line(SafeText.escaped(line)) }
    }

    /// Changes that were put off, and those that wait behind them.
    private static func waiting(of sink: JSONValue) -> String {
        let sum = (sink["retrying"]?.integerValue ?? 0) &+ (sink["held"]?.integerValue ?? 0)
        return sink["retrying"] == nil ? "" : String(sum)
    }

    /// What the sink said last, whole; while it fails, why and since when; and what replays do and did.
    private static func words(of sink: JSONValue) -> [String] {
        var lines: [String] = []
        if let outage = sink["outage"] {
            lines.append(
                "\(outage.word("reason")) (\(sink.word("state")) since \(outage.time("since_time")), \(outage.word("failures")) tries, next \(outage.time("next_time")))"
            )
        } else if let concern = sink["concern"] {
            lines.append("\(concern.word("reason")) (since \(concern.time("since_time")))")
        } else if let answer = sink["last_answer"] {
            let status = answer.word("status"), text = answer.word("text")
            lines.append(status.isEmpty || text.hasPrefix("answered \(status)") ? text : "\(status) \(text)")
        }
        if let erased = sink["erased"]?.integerValue, erased > 0 {
            lines.append("\(erased) of the dropped changes are of receipts that were erased: they are not sent any more")
        }
        if let replay = sink["replay"] {
            lines.append("replaying, at \(replay.word("cursor")) of \(replay.word("first")) to \(replay.word("last")): \(deeds(of: replay))")
        }
        if let replay = sink["last_replay"] {
            lines.append("the last replay, \(replay.word("first")) to \(replay.word("last")) for \(replay.word("who")), is done: \(deeds(of: replay))")
        }
        return lines
    }

    private static func deeds(of replay: JSONValue) -> String {
        let words = replay.word("words")
        let counts = "\(replay.word("delivered")) of \(replay.word("count")) delivered, \(replay.word("refused")) refused"
        return words.isEmpty ? counts : "\(counts), the last time with: \(words)"
    }
}
