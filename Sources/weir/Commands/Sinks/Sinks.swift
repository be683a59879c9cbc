import ArgumentParser
import JSONDocument

/// `weir sinks`.
struct Sinks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Shows the sinks: how far each has come, and what it said last.")

    @Flag(help: "Print one JSON object a sink.")
    var json = false

    @OptionGroup var config: ConfigurationOption

    func run() async throws {
        let answer = try await OperatorClient.open(try config.load(needsSecrets: false)).get(["v1", "sinks"])
        let sinks = answer["sinks"]?.arrayValue ?? []
        if json {
            for sink in sinks { StandardOutput.write(sink.bytes + [UInt8(ascii: "\n")]) }
            return
        }
        var table = Table([
            .init("SINK"), .init("TYPE"), .init("STATE"), .init("DELIVERED", isNumber: true), .init("FILTERED", isNumber: true),
            .init("SUPERSEDED", isNumber: true), .init("PENDING", isNumber: true), .init("WAITING", isNumber: true), .init("DEAD", isNumber: true),
            .init("LAST DELIVERED", isWhole: true), .init("SAID"),
        ])
        for sink in sinks {
            table.add([
                sink.word("name"), sink.word("type"), sink.word("state"), sink.word("delivered"), sink.word("filtered"), sink.word("superseded"),
                sink.word("pending"), Self.waiting(of: sink), sink.word("dead"), sink.time("last_delivered_time"), Self.words(of: sink),
            ])
        }
        table.print(orNothing: "no sinks are configured")
    }

    /// Changes that were put off, and those that wait behind them.
    private static func waiting(of sink: JSONValue) -> String {
        let sum = (sink["retrying"]?.integerValue ?? 0) &+ (sink["held"]?.integerValue ?? 0)
        return sink["retrying"] == nil ? "" : String(sum)
    }

    /// What the sink said last; while it fails, why and since when.
    private static func words(of sink: JSONValue) -> String {
        if let outage = sink["outage"] {
            return
                "\(outage.word("reason")) (\(sink.word("state")) since \(outage.time("since")), \(outage.word("failures")) tries, next \(outage.time("next")))"
        }
        if let replay = sink["replay"] { return "replaying, at \(replay.word("cursor")) of \(replay.word("first")) to \(replay.word("last"))" }
        if let concern = sink["concern"] { return "\(concern.word("reason")) (since \(concern.time("since")))" }
        guard let answer = sink["last_answer"] else { return "" }
        let status = answer.word("status"), text = answer.word("text")
        return status.isEmpty || text.hasPrefix("answered \(status)") ? text : "\(status) \(text)"
    }
}
