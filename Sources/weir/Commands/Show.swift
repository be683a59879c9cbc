import ArgumentParser
import JSONDocument

/// `weir show ID`.
struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Shows one record, its changes, and which receipts made it what it is.")

    @Argument(help: "A record's uid (f_…, s_…, n_…), or a change's id.")
    var id: String

    @Flag(help: "Which receipt each part of the record's state comes from.")
    var why = false

    @Flag(help: "The record's changes, the oldest first.")
    var history = false

    @Flag(help: "Print canonical JSON: the record, or one change or reason a line.")
    var json = false

    @OptionGroup var config: ConfigurationOption

    func run() async throws {
        let client = try await OperatorClient.open(try config.load(needsSecrets: false))
        let answer = try await client.get(["v1", "records", id])
        guard let record = answer["record"], case let uid = record.word("uid"), !uid.isEmpty else { throw CommandFailure("the answer holds no record") }
        if !json || !(why || history) {
            if json { StandardOutput.write(record.bytes + [UInt8(ascii: "\n")]) } else { StandardOutput.line(PrettyJSON.text(record)) }
        }
        if history { try await showHistory(client, uid) }
        if why { try await showReasons(client, uid) }
    }

    private func showHistory(_ client: OperatorClient, _ uid: String) async throws {
        let changes = try await client.get(["v1", "records", uid, "history"])["changes"]?.arrayValue ?? []
        var table = Table([
            .init("SEQUENCE", isNumber: true), .init("TIME", isWhole: true), .init("RECEIVED", isWhole: true), .init("CHANGE"), .init("SOURCE"),
            .init("ID", isWhole: true),
        ])
        for change in changes {
            if json { StandardOutput.write(change.bytes + [UInt8(ascii: "\n")]) }
            table.add([
                change.word("sequence"), change.time("time"), change.time("receivedtime"), change.word("type"), change.word("source"), change.word("id"),
            ])
        }
        guard !json else { return }
        StandardOutput.line("")
        table.print(orNothing: "no changes")
    }

    private func showReasons(_ client: OperatorClient, _ uid: String) async throws {
        let reasons = try await client.get(["v1", "records", uid, "why"])["reasons"]?.arrayValue ?? []
        var table = Table([.init("STATE"), .init("EVENT TIME", isWhole: true), .init("RECEIPT", isNumber: true)])
        for reason in reasons {
            if json { StandardOutput.write(reason.bytes + [UInt8(ascii: "\n")]) }
            table.add([reason.word("name"), reason.time("time"), reason.word("receipt")])
        }
        guard !json else { return }
        StandardOutput.line("")
        table.print(orNothing: "nothing is known")
    }
}
