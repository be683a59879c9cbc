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
        var table = Table([.init("UID", isWhole: true), .init("CHANGE"), .init("BEFORE"), .init("AFTER")])
        var told = 0
        let count = try OfflineGateway.differences(configuration) { difference in
            if difference.changeType != nil { told += 1 }
            guard diff else { return }
            if json {
                StandardOutput.write(Self.json(difference))
            } else {
                table.add([difference.uid, difference.changeType ?? "(not told)", Self.summary(difference.before), Self.summary(difference.after)])
            }
        }
        if json { return }
        if diff, !table.rows.isEmpty { table.print(orNothing: "") }
        StandardOutput.line("\(count) \(count == 1 ? "record differs" : "records differ"), \(told) of which would be told to the sinks")
        if count > 0 { StandardError.line("hint: weir rebuild \(diff ? "--apply" : "--diff | --apply")") }
    }

    private static func json(_ difference: RebuildPreview.Difference) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("uid", difference.uid)
        if let type = difference.changeType { writer.member("change", type) }
        for (name, data) in [("before", difference.before), ("after", difference.after)] {
            guard let data else { continue }
            writer.key(name)
            writer.raw(data.bytes)
        }
        writer.endObject()
        return writer.bytes + [UInt8(ascii: "\n")]
    }

    /// What of a record a person looks at first.
    private static func summary(_ data: RawJSON?) -> String {
        guard let data, let record = try? JSONValue(parsing: data.bytes) else { return "-" }
        return ["severity", "status", "kind", "title", "name", "type"].map { record.word($0) }.filter { !$0.isEmpty }.prefix(3).joined(separator: " ")
    }
}
