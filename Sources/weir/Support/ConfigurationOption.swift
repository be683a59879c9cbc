import ArgumentParser
import Foundation
import Gateway
import YAMLDocument

/// `--config FILE`, which every command takes.
struct ConfigurationOption: ParsableArguments {
    @Option(name: .customLong("config"), help: ArgumentHelp("The configuration; paths in it are relative to it.", valueName: "file"))
    var file = "weir.yaml"

    /// The checked configuration; its warnings go to standard error when `showingWarnings`.
    func load(showingWarnings: Bool = false) throws(CommandFailure) -> GatewayConfiguration {
        do {
            let configuration = try GatewayConfiguration.load(file: file, environment: ProcessInfo.processInfo.environment)
            if showingWarnings { for warning in configuration.warnings { StandardError.line(SafeText.escaped(warning.text)) } }
            return configuration
        } catch {
            throw CommandFailure(error)
        }
    }
}
