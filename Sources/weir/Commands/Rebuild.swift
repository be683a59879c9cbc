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
            --diff lists them, --apply appends the difference as new changes, which the sinks get. Today's adapters are those that the configuration \
            names now: a running gateway has to have read them (SIGHUP, systemctl reload weir) before --apply.
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
        try DataAccess.check(configuration.storage)
        if apply {
            let changes = try await applyDifference(configuration)
            StandardOutput.line("rebuilt: \(changes) \(changes == 1 ? "change" : "changes")")
        } else if !diff, !FilePaths.exists(configuration.storage.stateFile) {
            do throws(GatewayError) { _ = try await OfflineGateway.rebuild(configuration, applying: false) } catch { throw CommandFailure(error) }
            StandardOutput.line("\(configuration.storage.stateFile): made again from the journal")
        } else {
            try await OperatorClient.requireWhole(configuration)
            do throws(GatewayError) { try showDifferences(configuration) } catch { throw CommandFailure(error) }
            guard let channel = try await GatewayChannel.open(configuration), let cure = try await mappingCure(channel) else { return }
            StandardError.line(SafeText.escaped("weir: the running gateway has not read yet what was compared with here: \(cure)"))
        }
    }

    /// What to do where the running gateway's adapters and sources are not those of the files.
    private func mappingCure(_ channel: GatewayChannel) async throws(CommandFailure) -> String? {
        FileAhead(channel.configuration).mappingCure(try await OperatorClient(channel).get(["v1", "status"]))
    }

    private func applyDifference(_ configuration: GatewayConfiguration) async throws(CommandFailure) -> UInt64 {
        if let channel = try await GatewayChannel.open(configuration) {
            // It would apply what it has read, and not what --diff shows.
            if let cure = try await mappingCure(channel) {
                throw CommandFailure("the running gateway has not read the adapters and sources of \(configuration.file) as they are now", hint: cure)
            }
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
