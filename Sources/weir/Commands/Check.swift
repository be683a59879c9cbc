import ArgumentParser
import Gateway

/// `weir check`: what `serve` checks, without serving.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Checks the configuration and its adapters, and names every error at once.")

    @OptionGroup var config: ConfigurationOption

    func run() throws {
        let configuration = try config.load(showingWarnings: true, needsSecrets: true)
        func count(_ number: Int, _ word: String) -> String { "\(number) \(word)\(number == 1 ? "" : "s")" }
        StandardOutput.line("\(config.file): fine (\(count(configuration.sources.count, "source")), \(count(configuration.sinks.count, "sink")))")
    }
}
