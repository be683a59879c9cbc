import ArgumentParser
import Foundation
import Gateway
import YAMLDocument

/// `--config FILE`, which every command takes.
struct ConfigurationOption: ParsableArguments {
    @Option(name: .customLong("config"), help: ArgumentHelp("The configuration; paths in it are relative to it.", valueName: "file"))
    var file = "weir.yaml"

    /// The checked configuration; its warnings go to standard error when `showingWarnings`.
    ///
    /// - Parameter needsSecrets: whether every secret must be there; commands that only read need none.
    func load(showingWarnings: Bool = false, needsSecrets: Bool) throws(CommandFailure) -> GatewayConfiguration {
        do {
            let configuration = try GatewayConfiguration.load(file: file, environment: ProcessInfo.processInfo.environment, needsSecrets: needsSecrets)
            if showingWarnings { for warning in configuration.warnings { StandardError.line(SafeText.escaped(warning.text)) } }
            return configuration
        } catch {
            throw CommandFailure(error)
        }
    }
}
