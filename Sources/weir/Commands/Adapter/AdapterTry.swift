import Adapters
import ArgumentParser
import FindingModel
import Gateway
import JSONDocument

/// `weir adapter try ADAPTER FILE`.
struct AdapterTry: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "try", abstract: "Shows what an adapter makes of a body: event, records, drift, and what was redacted.")

    @Argument(help: "An adapter's name, or a folder with an adapter.yaml.")
    var adapter: String

    @Argument(help: "The body; - reads standard input.")
    var file: String

    @Option(name: .customLong("header"), help: ArgumentHelp("A header of the request, such as 'X-Event: push'; may be repeated.", valueName: "name: value"))
    var headers: [String] = []

    @Option(help: ArgumentHelp("The source's time zone.", valueName: "zone"))
    var timezone: String?

    @Option(help: ArgumentHelp("The source's account, which uids depend on.", valueName: "name"))
    var account = "example"

    @Flag(help: "Print one JSON object: event, records, drift, redacted.")
    var json = false

    @OptionGroup var config: ConfigurationOption

    func validate() throws { _ = try HeaderOption.fields(headers) }

    func run() throws {
        let fields = try HeaderOption.fields(headers)
        let found = try AdapterFinder.find(adapter, config)
        guard let trial = AdapterTrial(adapter: found, secrets: [], account: account, timezone: timezone) else {
            throw CommandFailure("there is no time zone '\(timezone ?? "")'", hint: "names of the IANA database, such as Europe/Stockholm")
        }
        let body = try InputFile.read(file)
        let head = RequestHead(headers: fields.map { (name: $0.0, value: $0.1) })
        let outcome = trial.accept(AdapterTrial.Request(head: head, body: body, time: SystemClock.now()))
        switch outcome {
        case .refused(let refusal):
            // Whoever is authentic is never refused for what the event would become.
            let what = refusal.code == MappingError.Code.overBudget.rawValue ? "quarantined" : "refused"
            throw CommandFailure("the body would be \(what): \(refusal.code)" + (refusal.detail.map { " " + $0 } ?? ""))
        case .mapped:
            if json {
                StandardOutput.json(outcome.json.bytes)
            } else {
                show(outcome.json)
            }
        }
    }

    private func show(_ outcome: JSONValue) {
        for (title, name) in [("event", "event"), ("drift", "drift"), ("redacted", "redacted")] {
            guard let value = outcome[name] else {
                StandardOutput.line("\(title): none")
                continue
            }
            StandardOutput.line("\(title): \(PrettyJSON.text(value))")
        }
        for record in outcome["records"]?.arrayValue ?? [] {
            StandardOutput.line("")
            StandardOutput.line(PrettyJSON.text(record))
        }
        if outcome["records"]?.arrayValue?.isEmpty ?? true { StandardOutput.line("no records") }
    }
}
