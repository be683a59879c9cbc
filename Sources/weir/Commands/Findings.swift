import ArgumentParser
import JSONDocument

/// `weir findings`.
struct Findings: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Shows findings, the worst first.")

    @Option(help: ArgumentHelp("Only with one of these statuses; may be repeated.", valueName: "word"))
    var status: [String] = []

    @Option(help: ArgumentHelp("Only with one of these severities; may be repeated.", valueName: "word"))
    var severity: [String] = []

    @Option(help: ArgumentHelp("Only of these sources; may be repeated.", valueName: "name"))
    var source: [String] = []

    @OptionGroup var listing: ListingOptions
    @OptionGroup var config: ConfigurationOption

    func run() async throws {
        let filters = status.map { (name: "status", value: $0) } + severity.map { (name: "severity", value: $0) } + source.map { (name: "source", value: $0) }
        let client = try await OperatorClient.open(try config.load(needsSecrets: false))
        var table = Table([.init("SEVERITY"), .init("STATUS"), .init("TITLE"), .init("RESOURCE"), .init("SCANNER"), .init("LAST SEEN"), .init("UID")])
        try await listing.walk(client, ["v1", "findings"], member: "findings", filters: filters) { finding in
            let resource = finding["resources"]?.arrayValue?.first
            let place = resource.map { place in
                ["url", "hostname", "ip", "name", "uid"].lazy.map { place.word($0) }.first { !$0.isEmpty } ?? ""
            }
            table.add([
                finding.word("severity"), finding.word("status"), finding.word("title"), place ?? "", finding["scanner"]?.word("name") ?? "",
                finding.time("last_seen_time"), finding.word("uid"),
            ])
        }
        listing.finish(table, nothing: "no findings")
    }
}
