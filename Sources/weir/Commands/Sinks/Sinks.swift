import ArgumentParser
import Console
import JSONDocument

/// `weir sinks`.
struct Sinks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows the sinks: how far each has come, and what it said last.",
        discussion: """
            PENDING changes are still to come. WAITING ones have been passed: the sink put them off or refused them alone while it takes others \
            (--json says retrying), or they stand behind such a one of their record (held); weir dead list --waiting shows which, and why. DEAD ones are \
            refused for good (weir dead list).
            """)

    @Flag(help: "Print one JSON object a sink.")
    var json = false

    @OptionGroup var config: ConfigurationOption

    func run() async throws {
        let client = try await OperatorClient.open(try config.loadForReading())
        let answer = try await client.get(["v1", "sinks"])
        CommandFailure.warn(of: answer)
        let sinks = answer["sinks"]?.arrayValue ?? []
        client.warn(.sink, besides: sinks.filter { $0.word("state") != "not configured" })
        if json {
            for sink in sinks { StandardOutput.json(sink.bytes) }
            return try client.finish()
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
        try client.finish()
    }

    /// Changes that were put off, and those that wait behind them.
    static func waiting(of sink: JSONValue) -> String {
        let sum = (sink["retrying"]?.integerValue ?? 0) &+ (sink["held"]?.integerValue ?? 0)
        return sink["retrying"] == nil ? "" : String(sum)
    }

    /// What the sink said last, whole; while it fails, why and since when; and what replays do and did.
    private static func words(of sink: JSONValue) -> [String] {
        var lines: [String] = []
        if let outage = sink["outage"] {
            let tries = "\(outage.word("failures")) \(outage.word("failures") == "1" ? "try" : "tries")", since = outage.time("since_time")
            let state = outage["next_time"] == nil ? "since \(since), \(tries) when it stopped" : nil
            lines.append("\(outage.word("reason")) (\(state ?? "\(sink.word("state")) since \(since), \(tries), next \(outage.time("next_time"))"))")
        } else if let concern = sink["concern"] {
            lines.append("\(concern.word("reason")) (since \(concern.time("since_time")))")
        } else if let answer = sink["last_answer"] {
            let status = answer.word("status"), text = answer.word("text")
            lines.append(status.isEmpty || text.hasPrefix("answered \(status)") ? text : "\(status) \(text)")
        }
        if sink.word("state") == "not configured" {
            lines.append(
                "it has left the configuration, and what is pending, waiting or dead stays: under the same name it goes on with it, and weir sink forget \(sink.word("name")) gives it up"
            )
        }
        if let retrying = sink["retrying"]?.integerValue, let held = sink["held"]?.integerValue, retrying > 0 || held > 0 {
            let behind = held > 0 ? ", \(held) held behind one of their record" : ""
            lines.append("\(retrying) put off while others are taken\(behind): weir dead list --waiting \(sink.word("name"))")
        }
        if let erased = sink["erased"]?.integerValue, erased > 0 {
            lines.append("\(erased) of the dropped changes are of receipts that were erased: they are not sent any more")
        }
        if let replay = sink["replay"] {
            lines.append(
                "replaying, at \(replay.word("cursor")) of \(replay.word("first")) to \(replay.word("last")) since \(replay.time("created_time")): \(deeds(of: replay))"
            )
        }
        for replay in sink["queued_replays"]?.arrayValue ?? [] {
            let types = (replay["types"]?.arrayValue ?? []).compactMap(\.stringValue).joined(separator: ", ")
            lines.append(
                "a replay of \(types.isEmpty ? "" : "\(types) in ")\(replay.word("first")) to \(replay.word("last")) is queued since \(replay.time("created_time")): \(deeds(of: replay))"
            )
        }
        if let replay = sink["last_replay"] {
            lines.append(
                "the last replay, \(replay.word("first")) to \(replay.word("last")) for \(replay.word("who")), \(replay["cancelled_time"] == nil ? "is done" : "was cancelled"): \(deeds(of: replay))"
            )
        }
        return lines
    }

    private static func deeds(of replay: JSONValue) -> String {
        let words = replay.word("words")
        let waiting = replay["waiting"]?.integerValue ?? 0
        let counts =
            "\(replay.word("delivered")) of \(replay.word("count")) delivered, \(replay.word("refused")) refused\(waiting > 0 ? ", \(waiting) waiting" : "")"
        return words.isEmpty ? counts : "\(counts), the last time with: \(words)"
    }
}
