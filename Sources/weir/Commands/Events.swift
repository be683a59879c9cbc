import ArgumentParser
import JSONDocument

/// `weir events`.
struct Events: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Shows what the receipts meant, the newest receipt first.")

    @Option(help: ArgumentHelp("Only of this source.", valueName: "name"))
    var source: String?

    @Option(help: ArgumentHelp("Only with this outcome: mapped, duplicate, ignored, voided, quarantined, unreadable, erased.", valueName: "word"))
    var outcome: String?

    @Option(help: ArgumentHelp("Only of this kind, in the vendor's words.", valueName: "word"))
    var kind: String?

    @Option(help: ArgumentHelp("Only those that changed something on this host: its name, address, or the host of a URL.", valueName: "host"))
    var host: String?

    @Option(help: ArgumentHelp("Only those that changed a finding with this vulnerability, such as CVE-2024-38476.", valueName: "id"))
    var cve: String?

    @OptionGroup var listing: ListingOptions
    @OptionGroup var config: ConfigurationOption

    func validate() throws { try listing.check(["v1", "events"], filters: filters) }

    private var filters: [(name: String, value: String)] {
        let all = [("source", source), ("outcome", outcome), ("kind", kind), ("host", host), ("cve", cve)]
        return all.compactMap { name, value in value.map { (name: name, value: $0) } }
    }

    func run() async throws {
        let client = try await OperatorClient.open(try config.loadForReading())
        var table = Table([
            .init("RECEIPT", isNumber: true), .init("RECEIVED", isWhole: true), .init("SOURCE"), .init("OUTCOME"), .init("KIND"),
            .init("CHANGES", isNumber: true),
            .init("KEY"),
        ])
        let end = try await listing.walk(client, ["v1", "events"], member: "events", filters: filters) { event in
            table.add([
                event.word("receipt"), event.time(event["wall_time"] == nil ? "received_time" : "wall_time"), event.word("source"), event.word("outcome"),
                event.word("kind"), event.word("changes"),
                event.word("key"),
            ])
        }
        try listing.finish(table, nothing: "no events", end, client)
    }
}
