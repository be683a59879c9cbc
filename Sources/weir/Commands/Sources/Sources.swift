import ArgumentParser
import Console
import Gateway
import JSONDocument
import Journal

/// `weir sources …`: what is received, refused, and not understood.
struct Sources: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows the sources, their last refusals and drift; sets one up.", subcommands: [SourcesList.self, SourcesSetup.self],
        defaultSubcommand: SourcesList.self)
}

/// `weir sources`.
struct SourcesList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Shows the sources, their last refusals and drift.")

    @Flag(help: "Print one JSON object a source.")
    var json = false

    @OptionGroup var config: ConfigurationOption

    func run() async throws {
        let configuration = try config.loadForReading()
        let client = try await OperatorClient.open(configuration)
        let answer = try await client.get(["v1", "sources"])
        CommandFailure.warn(of: answer)
        let sources = answer["sources"]?.arrayValue ?? []
        client.warn(.source, besides: sources.filter { $0["configured"] != .bool(false) })
        if json {
            for source in sources { StandardOutput.json(source.bytes) }
            return try client.finish()
        }
        var table = Table([
            .init("SOURCE"), .init("ADAPTER"), .init("CREDENTIAL"), .init("ACCEPTED", isNumber: true), .init("DUPLICATE", isNumber: true),
            .init("REFUSED", isNumber: true), .init("SINCE START"), .init("EVENTS", isNumber: true), .init("DRIFT", isNumber: true),
            .init("LAST RECEIPT", isWhole: true),
        ])
        for source in sources {
            table.add([
                source.word("name"), source["configured"] == .bool(false) ? "(not configured)" : source.word("adapter"), source.word("credential"),
                source["ever"]?.word("accepted") ?? "",
                source["ever"]?.word("duplicates") ?? "", source["ever"]?["refusals"].map { String($0.sumOfMembers) } ?? "", Self.sinceStart(source),
                source["events"].map { String($0.sumOfMembers) } ?? "",
                source["drift"]?.arrayValue.map { String($0.count) } ?? "", source.time("last_received_time"),
            ])
        }
        table.print(orNothing: "no sources are configured")
        if let receipts = answer["receipts"]?.objectValue { showReceipts(receipts) }
        showReasons(sources)
        showRefusals(sources)
        showDrift(sources)
        showOtherVendors(sources, configuration)
        try client.finish()
    }

    private static func sinceStart(_ source: JSONValue) -> String {
        guard let tally = source["since_start"] else { return "" }
        return "\(tally.word("accepted")) accepted, \(tally["refusals"]?.sumOfMembers ?? 0) refused"
    }

    /// That none is lost: all receipts, and what became of each.
    private func showReceipts(_ receipts: [JSONMember]) {
        let total = receipts.first { $0.name == "total" }?.value.integerValue ?? 0
        let parts = receipts.filter { $0.name != "total" && ($0.value.integerValue ?? 0) > 0 }.map { "\($0.value.integerValue ?? 0) \($0.name)" }
        StandardOutput.line("")
        StandardOutput.line("receipts: \(total)" + (parts.isEmpty ? "" : " = " + parts.joined(separator: " + ")))
    }

    /// Why requests were refused, the most frequent reason first.
    private func showReasons(_ sources: [JSONValue]) {
        var rows: [(reason: String, source: String, count: Int64, sinceStart: Int64)] = []
        for source in sources {
            for reason in source["ever"]?["refusals"]?.objectValue ?? [] {
                let now = source["since_start"]?["refusals"]?[reason.name]?.integerValue ?? 0
                rows.append((reason.name, source.word("name"), reason.value.integerValue ?? 0, now))
            }
        }
        var table = Table([.init("REASON"), .init("SOURCE"), .init("REFUSED", isNumber: true), .init("SINCE START", isNumber: true)])
        for row in rows.sorted(by: { ($1.count, $0.source, $0.reason) < ($0.count, $1.source, $1.reason) }) {
            table.add([row.reason, row.source, String(row.count), String(row.sinceStart)])
        }
        guard !table.rows.isEmpty else { return }
        StandardOutput.line("")
        table.print(orNothing: "")
    }

    /// The last refusals of each source, the newest first.
    private func showRefusals(_ sources: [JSONValue]) {
        var table = Table([.init("REFUSED"), .init("SOURCE"), .init("STATUS", isNumber: true), .init("REASON"), .init("PEER"), .init("BYTES", isNumber: true)])
        let refusals = sources.flatMap { source in (source["last_refusals"]?.arrayValue ?? []).prefix(5).map { (source: source.word("name"), refusal: $0) } }
        for (source, refusal) in refusals.sorted(by: { $0.refusal.word("time") > $1.refusal.word("time") }) {
            let reason = [refusal.word("reason"), refusal.word("detail")].filter { !$0.isEmpty }.joined(separator: " ")
            table.add([refusal.time("time"), source, refusal.word("status"), reason, refusal.word("peer"), refusal.word("size")])
        }
        guard !table.rows.isEmpty else { return }
        StandardOutput.line("")
        table.print(orNothing: "")
    }

    /// Says of which other vendor a source's last event of an unknown kind looks to be.
    private func showOtherVendors(_ sources: [JSONValue], _ configuration: GatewayConfiguration) {
        guard let files = try? JournalFiles(configuration.storage.journal) else { return }
        for source in sources {
            let unknown = (source["drift"]?.arrayValue ?? []).filter { $0.word("kind") == "kind" }.compactMap { UInt64($0.word("last_receipt")) }
            guard let number = unknown.max() else { continue }
            var reader = files.reader(from: number)
            guard let entry = try? reader.next(limit: 1, maxBytes: 0).first, entry.number == number, let body = entry.body.bytes,
                let other = OtherVendor.likely(body, not: source.word("adapter"), among: configuration.adapters)
            else { continue }
            StandardOutput.line("")
            StandardOutput.line("\(source.word("name")): of receipt \(number), \(OtherVendor.sentence(other, not: source.word("adapter")))")
        }
    }

    private func showDrift(_ sources: [JSONValue]) {
        var table = Table([.init("DRIFT"), .init("SOURCE"), .init("PLACE"), .init("COUNT", isNumber: true), .init("LAST RECEIPT", isNumber: true)])
        for source in sources {
            for drift in (source["drift"]?.arrayValue ?? []).prefix(10) {
                table.add([drift.word("kind"), source.word("name"), drift.word("place"), drift.word("count"), drift.word("last_receipt")])
            }
        }
        guard !table.rows.isEmpty else { return }
        StandardOutput.line("")
        table.print(orNothing: "")
    }
}
