import Console
import Gateway
import JSONDocument

/// Whoever answers a command's questions: the running gateway, or this process from the files.
struct OperatorClient {
    private let respond: (OperatorRequest) async throws(CommandFailure) -> OperatorResponse

    /// Asks the running gateway.
    init(_ channel: GatewayChannel) {
        respond = { request async throws(CommandFailure) in try await channel.respond(to: request) }
    }

    /// Asks the files.
    init(_ api: OperatorAPI) {
        respond = { request async throws(CommandFailure) in await api.respond(to: request) }
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

    /// The answer to a question, as JSON.
    func get(_ path: [String], query: [(name: String, value: String)] = []) async throws(CommandFailure) -> JSONValue {
        try await value(OperatorRequest(.get, path, query: query))
    }

    /// The answer to a wish, as JSON.
    func post(_ path: [String], body: [UInt8]) async throws(CommandFailure) -> JSONValue {
        try await value(OperatorRequest(.post, path, body: body))
    }

    private func value(_ request: OperatorRequest) async throws(CommandFailure) -> JSONValue {
        let answer = try await respond(request)
        guard let value = try? JSONValue(parsing: answer.body) else { throw CommandFailure("the answer is not JSON") }
        guard answer.status == 200 else { throw CommandFailure(value["error"]?.stringValue ?? "the request was answered \(answer.status)") }
        return value
    }
}
