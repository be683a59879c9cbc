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
        do throws(IssueList) {
            let configuration = try GatewayConfiguration.load(file: file, environment: ProcessInfo.processInfo.environment, needsSecrets: needsSecrets)
            if showingWarnings { for warning in configuration.warnings { StandardError.line(SafeText.escaped(warning.text)) } }
            return configuration
        } catch {
            throw CommandFailure(error)
        }
    }

    /// The configuration for a command that only reads: of one that has errors, where its data folder is.
    func loadForReading() throws(CommandFailure) -> GatewayConfiguration {
        let configuration = try readable()
        try DataAccess.check(configuration.storage)
        return configuration
    }

    private func readable() throws(CommandFailure) -> GatewayConfiguration {
        do throws(CommandFailure) {
            return try load(needsSecrets: false)
        } catch {
            guard let place = GatewayConfiguration.dataFolder(file: file) else { throw error }
            StandardError.line(SafeText.escaped("weir: \(file) cannot be used as it is (weir check says why); reading \(place.storage.data)"))
            return place
        }
    }
}
