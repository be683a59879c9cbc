import ArgumentParser
import FindingModel
import Gateway
import JSONDocument
import State

/// `weir journal erase N --reason`.
struct JournalErase: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase", abstract: "Erases a receipt's body and its words in all that was made of it; the decision is kept, and the chain still verifies.")

    @Argument(help: "The receipt's number.", transform: Self.receipt)
    var number: UInt64

    @Option(help: "Why: kept in the journal with your name.")
    var reason: String

    @OptionGroup var config: ConfigurationOption

    /// A receipt's number; of what else has a name the way to its receipts.
    private static func receipt(_ text: String) throws -> UInt64 {
        if let number = UInt64(text), number > 0 { return number }
        if UInt64(text) == 0 { throw ValidationError("a receipt's number is 1 or more") }
        let hint =
            ChangeID(text).map { "weir show \(text); what made it is entry \($0.entry)" }
            ?? "weir show \(RecordIdentity.isUID(text) ? text : "UID") --why names the receipts"
        throw ValidationError("a receipt is erased by its number, and '\(text)' is none", hint: hint)
    }

    func validate() throws {
        if reason.utf8.allSatisfy({ $0 <= 0x20 }) { throw ValidationError("--reason is empty") }
        if reason.utf8.count > 4096 { throw ValidationError("--reason is longer than 4096 bytes") }
    }

    func run() async throws {
        let configuration = try config.load(needsSecrets: false)
        let earlier = try? await OperatorClient.open(configuration).get(["v1", "receipts", String(number)])["erasure"]
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
        if let earlier {
            let reason = SafeText.escaped("\(earlier.word("who")): \(earlier.word("reason"))")
            StandardOutput.line(
                "receipt \(number): was erased already, by entry \(earlier.word("entry")) of \(earlier.time("time")) (\(reason)); whatever was left of it is gone now"
            )
        } else {
            StandardOutput.line("receipt \(number): erased")
        }
        for copy in copies { StandardError.line("\(SafeText.escaped(copy)) was left alone, and may hold an older copy of it: look, and delete it") }
    }
}
