import ArgumentParser
import JSONDocument

/// `weir scans`.
struct Scans: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Shows scans, those first that were seen last.")

    @Option(help: ArgumentHelp("Only with one of these statuses; may be repeated.", valueName: "word"))
    var status: [String] = []

    @Option(help: ArgumentHelp("Only of this source.", valueName: "name"))
    var source: String?

    @Option(help: ArgumentHelp("Only with this target.", valueName: "host"))
    var host: String?

    @OptionGroup var listing: ListingOptions
    @OptionGroup var config: ConfigurationOption

    func validate() throws { try listing.check(["v1", "scans"], filters: filters, tableOrder: "seen") }

    private var filters: [(name: String, value: String)] {
        let others = [("source", source), ("host", host)]
        return status.map { (name: "status", value: $0) } + others.compactMap { name, value in value.map { (name: name, value: $0) } }
    }

    func run() async throws {
        let client = try await OperatorClient.open(try config.loadForReading())
        var table = Table([
            .init("STATUS"), .init("SCAN"), .init("TARGETS"), .init("START", isWhole: true), .init("END", isWhole: true), .init("FINDINGS", isNumber: true),
            .init("SCANNER"), .init("UID", isWhole: true),
        ])
        let end = try await listing.walk(client, ["v1", "scans"], member: "scans", filters: filters, tableOrder: "seen") { scan in
            let name = [scan.word("name"), scan.word("type")].first { !$0.isEmpty } ?? ""
            table.add([
                scan.word("status"), name, scan["scope"]?.word("targets") ?? "", scan.time("start_time"), scan.time("end_time"),
                scan["totals"]?.word("total") ?? "", scan["scanner"]?.word("name") ?? "", scan.word("uid"),
            ])
        }
        try listing.finish(table, nothing: "no scans", end, client)
    }
}
