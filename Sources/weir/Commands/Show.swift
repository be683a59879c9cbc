import ArgumentParser
import Console
import JSONDocument
import State

/// `weir show ID`.
struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows one record, its changes, and which receipts made it what it is; or one change, receipt or decision.")

    @Argument(help: "A record's uid (f_…, s_…, n_…), a change's id, or the number of a receipt or another entry, such as a void.")
    var id: String

    @Flag(help: "Which receipt each part of the record's state comes from.")
    var why = false

    @Flag(help: "The record's changes, the oldest first.")
    var history = false

    @Flag(help: "Print canonical JSON: the record, or one change or reason a line.")
    var json = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("With --history: only the newest so many; tables show 100 when it is left out, --json everything.", valueName: "number"))
    var limit: Int?

    @Option(help: ArgumentHelp("With --history: only changes before this one, as the command before said.", valueName: "place"))
    var after: String?

    @OptionGroup var config: ConfigurationOption

    func validate() throws {
        if id.utf8.isEmpty { throw ValidationError("the id is empty") }
        if id.utf8.allSatisfy({ (0x30...0x39).contains($0) }), ReceiptBound.number(id) == nil {
            throw ValidationError("'\(id)' is no entry's number: they are whole numbers from 1 on", hint: "weir events")
        }
        if let limit, limit < 1 { throw ValidationError("--limit is a number from 1 on") }
        if !history, limit != nil || after != nil { throw ValidationError("--limit and --after need --history") }
        if why || history, ReceiptBound.number(id) != nil { throw ValidationError("\(id) is an entry of the journal: --why and --history are of records") }
        if history { try RequestCheck.run(["v1", "records", id, "history"], query: historyQuery(limit: 1, after: after)) }
    }

    func run() async throws {
        let client = try await OperatorClient.open(try config.loadForReading())
        if ReceiptBound.number(id) != nil { return try await showOne(client, ["v1", "entries", id]) }
        if ChangeID(id) != nil, !why, !history { return try await showOne(client, ["v1", "changes", id]) }
        let answer = try await client.get(["v1", "records", id])
        guard let record = answer["record"], case let uid = record.word("uid"), !uid.isEmpty else { throw CommandFailure("the answer holds no record") }
        if let leftOut = answer["left_out"] { Self.warn(of: leftOut, uid) }
        if !json || !(why || history) {
            if json { StandardOutput.json(record.bytes) } else { StandardOutput.line(PrettyJSON.text(record)) }
        }
        if history { try await showHistory(client, uid) }
        if why { try await showReasons(client, uid) }
        try client.finish()
    }

    /// Shows what has neither history nor reasons.
    private func showOne(_ client: OperatorClient, _ path: [String]) async throws {
        let answer = try await client.get(path)
        if json { StandardOutput.json(answer.bytes) } else { StandardOutput.line(PrettyJSON.text(answer)) }
        try client.finish()
    }

    /// Says that the record is not among the others any more, and why.
    private static func warn(of leftOut: JSONValue, _ uid: String) {
        let reason = leftOut.word("reason"), entry = leftOut.word("entry")
        let why = reason.isEmpty ? "" : " (\(leftOut.word("who")): \(reason))"
        StandardError.line(
            SafeText.escaped("weir: \(uid) counts no more: entry \(entry) left out what had told of it\(why); this is what was told last. weir show \(entry)"))
    }

    private func showHistory(_ client: OperatorClient, _ uid: String) async throws {
        let (changes, total, next) = try await newestChanges(client, uid, limit ?? (json ? .max : 100))
        var table = Table([
            .init("SEQUENCE", isNumber: true), .init("TIME", isWhole: true), .init("RECEIVED", isWhole: true), .init("CHANGE"), .init("SOURCE"),
            .init("ID", isWhole: true),
        ])
        for change in changes {
            if json { StandardOutput.json(change.bytes) }
            table.add([
                change.word("sequence"), change.time("time"), change.time("receivedtime"), change.word("type"), change.word("source"), change.word("id"),
            ])
        }
        if !json {
            StandardOutput.line("")
            table.print(orNothing: "no changes")
        }
        if let next { StandardError.line("\(changes.count) of \(total.of("change")) shown; --limit shows more, --json all, --after \(next) those before") }
    }

    /// The newest changes, at most `limit`, the oldest of them first; how many there are in all, and where those before them are.
    private func newestChanges(_ client: OperatorClient, _ uid: String, _ limit: Int) async throws -> (changes: [JSONValue], total: Int, next: String?) {
        var changes: [JSONValue] = []
        var total = 0
        var next = after
        repeat {
            let query = historyQuery(limit: min(limit - changes.count, 1000), after: next)
            let page = try await client.page(["v1", "records", uid, "history"], query: query)
            let answer = try OperatorClient.json(page)
            changes += answer["changes"]?.arrayValue ?? []
            total = answer["total"]?.integerValue.flatMap { Int(exactly: $0) } ?? 0
            next = page.next
        } while next != nil && changes.count < limit
        return (changes.reversed(), total, next)
    }

    /// What is asked for a page of changes.
    private func historyQuery(limit: Int, after: String?) -> [(name: String, value: String)] {
        [(name: "sort", value: "new"), (name: "limit", value: String(limit))] + (after.map { [(name: "after", value: $0)] } ?? [])
    }

    private func showReasons(_ client: OperatorClient, _ uid: String) async throws {
        let reasons = try await client.get(["v1", "records", uid, "why"])["reasons"]?.arrayValue ?? []
        var table = Table([.init("STATE"), .init("EVENT TIME", isWhole: true), .init("RECEIPT", isNumber: true)])
        for reason in reasons {
            if json { StandardOutput.json(reason.bytes) }
            table.add([reason.word("name"), reason.time("time"), reason.word("receipt") + (reason["is_lost"] == .bool(true) ? " (lost)" : "")])
        }
        guard !json else { return }
        StandardOutput.line("")
        table.print(orNothing: "nothing is known")
    }
}
