import ArgumentParser
import JSONDocument

/// `weir findings`.
struct Findings: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Shows findings, those first that were seen last.")

    @Option(help: ArgumentHelp("Only with one of these statuses; may be repeated.", valueName: "word"))
    var status: [String] = []

    @Option(help: ArgumentHelp("Only at least as bad; unknown severities are shown too.", valueName: "word"))
    var minSeverity: String?

    @Option(help: ArgumentHelp("Only of this source.", valueName: "name"))
    var source: String?

    @Option(help: ArgumentHelp("Only on this host: its name, address, or the host of a URL.", valueName: "host"))
    var host: String?

    @Option(help: ArgumentHelp("Only with this vulnerability, such as CVE-2024-38476.", valueName: "id"))
    var cve: String?

    @OptionGroup var listing: ListingOptions
    @OptionGroup var config: ConfigurationOption

    func validate() throws { try listing.check(["v1", "findings"], filters: filters, tableOrder: "seen") }

    private var filters: [(name: String, value: String)] {
        let others = [("min-severity", minSeverity), ("source", source), ("host", host), ("cve", cve)]
        return status.map { (name: "status", value: $0) } + others.compactMap { name, value in value.map { (name: name, value: $0) } }
    }

    func run() async throws {
        let client = try await OperatorClient.open(try config.loadForReading())
        var table = Table([
            .init("SEVERITY"), .init("STATUS"), .init("TITLE"), .init("RESOURCE"), .init("SCANNER"), .init("LAST SEEN", isWhole: true),
            .init("UID", isWhole: true),
        ])
        let end = try await listing.walk(client, ["v1", "findings"], member: "findings", filters: filters, tableOrder: "seen") { finding in
            let resource = finding["resources"]?.arrayValue?.first
            let place = resource.map { place in
                ["url", "hostname", "ip", "name", "uid"].lazy.map { place.word($0) }.first { !$0.isEmpty } ?? ""
            }
            table.add([
                finding.word("severity"), finding.word("status"), finding.word("title"), place ?? "", finding["scanner"]?.word("name") ?? "",
                finding.time("last_seen_time"), finding.word("uid"),
            ])
        }
        try listing.finish(table, nothing: "no findings", end, client)
    }
}
