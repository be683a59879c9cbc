import ArgumentParser
import Console
import FindingModel
import Gateway
import JSONDocument
import State

/// `weir rebuild`.
struct Rebuild: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes state.db again from the journal; with today's adapters, on request.",
        discussion: """
            Without an option: makes a missing state.db again as it was, or tells how many records today's adapters would make differently. \
            --diff lists them, --apply appends the difference as new changes, which the sinks get.
            """)

    @Flag(help: "Show every record that would differ; change nothing.")
    var diff = false

    @Flag(help: "Append the difference as new changes.")
    var apply = false

    @Flag(help: "With --diff: one JSON object a line.")
    var json = false

    @OptionGroup var config: ConfigurationOption

    func validate() throws {
        if diff, apply { throw ValidationError("--diff and --apply exclude each other") }
        if json, !diff { throw ValidationError("--json needs --diff") }
    }

    func run() async throws {
        let configuration = try config.load(needsSecrets: false)
        if apply {
            let changes = try await applyDifference(configuration)
            StandardOutput.line("rebuilt: \(changes) \(changes == 1 ? "change" : "changes")")
        } else if !diff, !FilePaths.exists(configuration.storage.stateFile) {
            do throws(GatewayError) { _ = try await OfflineGateway.rebuild(configuration, applying: false) } catch { throw CommandFailure(error) }
            StandardOutput.line("\(configuration.storage.stateFile): made again from the journal")
        } else {
            try await OperatorClient.requireWhole(configuration)
            do throws(GatewayError) { try showDifferences(configuration) } catch { throw CommandFailure(error) }
        }
    }

    private func applyDifference(_ configuration: GatewayConfiguration) async throws(CommandFailure) -> UInt64 {
        if let channel = try await GatewayChannel.open(configuration) {
            let answer = try await OperatorClient(channel).post(["v1", "rebuild"], body: Array("{}".utf8))
            return answer["changes"]?.integerValue.flatMap { UInt64(exactly: $0) } ?? 0
        }
        do throws(GatewayError) { return try await OfflineGateway.rebuild(configuration, applying: true) } catch { throw CommandFailure(error) }
    }

    private func showDifferences(_ configuration: GatewayConfiguration) throws(GatewayError) {
        var differences = DifferenceTable(isShown: diff, asJSON: json)
        let count = try OfflineGateway.differences(configuration) { differences.add($0) }
        differences.print(count: count)
        if !json, count > 0 { StandardError.line("hint: weir rebuild \(diff ? "--apply" : "--diff | --apply")") }
    }
}
