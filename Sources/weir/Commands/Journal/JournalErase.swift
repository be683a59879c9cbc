import ArgumentParser
import Gateway
import JSONDocument

/// `weir journal erase N --reason`.
struct JournalErase: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase", abstract: "Erases a receipt's body and its words in all that was made of it; the decision is kept, and the chain still verifies.")

    @Argument(help: "The receipt's number.")
    var number: UInt64

    @Option(help: "Why: kept in the journal with your name.")
    var reason: String

    @OptionGroup var config: ConfigurationOption

    func validate() throws {
        if number == 0 { throw ValidationError("a receipt's number is 1 or more") }
        if reason.utf8.allSatisfy({ $0 <= 0x20 }) { throw ValidationError("--reason is empty") }
        if reason.utf8.count > 4096 { throw ValidationError("--reason is longer than 4096 bytes") }
    }

    func run() async throws {
        let configuration = try config.load(needsSecrets: false)
        let copies: [String]
        if let channel = try await GatewayChannel.open(configuration) {
            var writer = JSONWriter()
            writer.beginObject()
            writer.member("number", String(number))
            writer.member("reason", reason)
            writer.member("who", SystemUser.name)
            writer.endObject()
            let answer = try await OperatorClient(channel).post(["v1", "journal", "erase"], body: writer.bytes)
            copies = (answer["copies"]?.arrayValue ?? []).compactMap(\.stringValue)
        } else {
            do throws(GatewayError) {
                copies = try await OfflineGateway.erase(number, reason: reason, who: SystemUser.name, configuration)
            } catch {
                throw CommandFailure(error)
            }
        }
        StandardOutput.line("receipt \(number): erased")
        for copy in copies { StandardError.line("\(SafeText.escaped(copy)) was left alone, and may hold an older copy of it: look, and delete it") }
    }
}
