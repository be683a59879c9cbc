import ArgumentParser
import JSONDocument

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
        let answer = try await OperatorClient.open(try config.load(needsSecrets: false)).get(["v1", "sources"])
        let sources = answer["sources"]?.arrayValue ?? []
        if json {
            for source in sources { StandardOutput.write(source.bytes + [UInt8(ascii: "\n")]) }
            return
        }
        var table = Table([
            .init("SOURCE"), .init("ADAPTER"), .init("CREDENTIAL"), .init("ACCEPTED", isNumber: true), .init("DUPLICATE", isNumber: true),
            .init("REFUSED", isNumber: true), .init("EVENTS", isNumber: true), .init("DRIFT", isNumber: true), .init("LAST RECEIPT", isWhole: true),
        ])
        for source in sources {
            table.add([
                source.word("name"), source["configured"] == .bool(false) ? "(not configured)" : source.word("adapter"), source.word("credential"),
                source.word("accepted"), source.word("duplicates"),
                source["refusals"].map { String($0.sumOfMembers) } ?? "", source["events"].map { String($0.sumOfMembers) } ?? "",
                source["drift"]?.arrayValue.map { String($0.count) } ?? "", source.time("last_received_time"),
            ])
        }
        table.print(orNothing: "no sources are configured")
        if let receipts = answer["receipts"]?.objectValue { showReceipts(receipts) }
        showRefusals(sources)
        showDrift(sources)
    }

    /// That none is lost: all receipts, and what became of each.
    private func showReceipts(_ receipts: [JSONMember]) {
        let total = receipts.first { $0.name == "total" }?.value.integerValue ?? 0
        let parts = receipts.filter { $0.name != "total" && ($0.value.integerValue ?? 0) > 0 }.map { "\($0.value.integerValue ?? 0) \($0.name)" }
        StandardOutput.line("")
        StandardOutput.line("receipts: \(total)" + (parts.isEmpty ? "" : " = " + parts.joined(separator: " + ")))
    }

    private func showRefusals(_ sources: [JSONValue]) {
        var table = Table([.init("REFUSED"), .init("SOURCE"), .init("STATUS", isNumber: true), .init("REASON"), .init("PEER"), .init("BYTES", isNumber: true)])
        for source in sources {
            for refusal in (source["last_refusals"]?.arrayValue ?? []).suffix(5) {
                let reason = [refusal.word("reason"), refusal.word("detail")].filter { !$0.isEmpty }.joined(separator: " ")
                table.add([refusal.time("time"), source.word("name"), refusal.word("status"), reason, refusal.word("peer"), refusal.word("size")])
            }
        }
        guard !table.rows.isEmpty else { return }
        StandardOutput.line("")
        table.print(orNothing: "")
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
