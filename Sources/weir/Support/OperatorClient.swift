import Console
import Gateway
import JSONDocument
import State

/// Whoever answers a command's questions: the running gateway, or this process from the files.
struct OperatorClient {
    private let respond: (OperatorRequest) async throws(CommandFailure) -> OperatorResponse
    private let heard = Heard()
    /// Of a running gateway.
    private let fileAhead: FileAhead?

    /// What answers said beside what was asked for.
    private final class Heard {
        var rebuilding: Rebuilding?
        var unreadable: UnreadableEntries?
        var cut = 0
    }

    /// Asks the running gateway.
    init(_ channel: GatewayChannel) {
        respond = { request async throws(CommandFailure) in try await channel.respond(to: request) }
        fileAhead = FileAhead(channel.configuration)
    }

    /// Asks the files.
    init(_ api: OperatorAPI) {
        respond = { request async throws(CommandFailure) in await api.respond(to: request) }
        fileAhead = nil
    }

    /// Asks the running gateway when there is one, otherwise opens the files for reading only.
    static func open(_ configuration: GatewayConfiguration) async throws(CommandFailure) -> OperatorClient {
        if let channel = try await GatewayChannel.open(configuration) { return OperatorClient(channel) }
        do throws(GatewayError) {
            return OperatorClient(try OfflineGateway.open(configuration))
        } catch {
            throw CommandFailure(error)
        }
    }

    /// Fails while state.db is being made again: what is compared with half of it would be wrong.
    static func requireWhole(_ configuration: GatewayConfiguration) async throws(CommandFailure) {
        let client = try await open(configuration)
        _ = try await client.get(["v1", "sources"])
        guard let rebuilding = client.rebuilding else { return }
        throw CommandFailure("\(rebuilding.words): nothing can be compared with it yet", hint: Rebuilding.hint, status: 3)
    }

    /// Set once an answer lacked something because state.db is being made again.
    var rebuilding: Rebuilding? { heard.rebuilding }

    /// How many items came with a text that was cut.
    var cut: Int { heard.cut }

    /// Says on standard error which of a kind the file names and the running gateway does not know, by what it answered.
    func warn(_ kind: ConfiguredThing.Kind, besides known: [JSONValue]) { fileAhead?.warn(kind, besides: known.map { $0.word("name") }) }

    /// Says on standard error what an answer lacks because the journal cannot be read there.
    func warnOfUnreadable() {
        if let unreadable = heard.unreadable { StandardError.line("weir: warning: \(unreadable.sentence): \(UnreadableEntries.hint)") }
    }

    /// Fails, when all that is known was shown, if that is not all there is. What can never be shown is only told.
    func finish() throws(CommandFailure) {
        warnOfUnreadable()
        guard let rebuilding else { return }
        throw CommandFailure("\(rebuilding.words): what is shown is not all", hint: Rebuilding.hint, status: 3)
    }

    /// The answer to a question, as JSON.
    func get(_ path: [String], query: [(name: String, value: String)] = []) async throws(CommandFailure) -> JSONValue {
        try Self.json(try await page(path, query: query))
    }

    /// The answer to a question as it came.
    func page(_ path: [String], query: [(name: String, value: String)] = []) async throws(CommandFailure) -> OperatorResponse {
        try await answer(OperatorRequest(.get, path, query: query))
    }

    /// The answer to a wish, as JSON.
    func post(_ path: [String], body: [UInt8]) async throws(CommandFailure) -> JSONValue {
        try Self.json(try await answer(OperatorRequest(.post, path, body: body)))
    }

    static func json(_ answer: OperatorResponse) throws(CommandFailure) -> JSONValue {
        guard let value = try? JSONValue(parsing: answer.body) else { throw CommandFailure("the answer is not JSON") }
        return value
    }

    /// What was typed wrongly is wrong usage, whoever found it; what has no such name, or failed, is not.
    private static func exitCode(_ status: Int, code: String?) -> Int32 {
        switch code {
        case OperatorError.Code.badRequest.rawValue: 2
        case OperatorError.Code.unavailable.rawValue: 3
        default: status == 503 ? 3 : 1
        }
    }

    private func answer(_ request: OperatorRequest) async throws(CommandFailure) -> OperatorResponse {
        let answer = try await respond(request)
        heard.rebuilding = heard.rebuilding ?? answer.rebuilding
        heard.unreadable = heard.unreadable ?? answer.unreadable
        heard.cut += answer.cut
        guard answer.status != 200 else { return answer }
        let value = try Self.json(answer)
        let message = value["error"]?.stringValue ?? "the request was answered \(answer.status)"
        let hint = fileAhead?.hint(value) ?? value["hint"]?.stringValue
        // What is not there may only not be there yet.
        if let rebuilding = answer.rebuilding, answer.status == 404 || answer.status == 503 {
            throw CommandFailure("\(message) (\(rebuilding.words))", hint: hint, status: 3)
        }
        if fileAhead != nil, message == OperatorError.noPath.message {
            throw CommandFailure("the running gateway is of another version of Weir, which does not know this", hint: "restart it with this one")
        }
        throw CommandFailure(message, hint: hint, status: Self.exitCode(answer.status, code: value["code"]?.stringValue))
    }
}
