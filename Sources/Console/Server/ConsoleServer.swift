import Hummingbird
import Logging
import Synchronization

/// Answers operators over HTTP/1.1: on the socket in the data folder, which only the gateway's user can open, or on a TCP port, where everyone
/// needs a token.
package final class ConsoleServer: Sendable {
    package enum Endpoint: Sendable {
        case socket(path: String)
        case tcp(host: String, port: Int, operators: Operators)
    }

    private let endpoint: Endpoint
    private let answer: @Sendable (OperatorRequest) async -> OperatorResponse
    private let log: Logger
    private let running = Mutex<Task<Void, any Error>?>(nil)

    /// - Parameter answer: what a request gets; it is asked only for requests that may be made.
    package init(endpoint: Endpoint, log: Logger, answer: @escaping @Sendable (OperatorRequest) async -> OperatorResponse) {
        self.endpoint = endpoint
        self.answer = answer
        self.log = log
    }

    /// Listens; returns the port, which is 0 for a socket.
    package func start() async throws -> Int {
        let address: BindAddress =
            switch endpoint {
            case .socket(let path): .unixDomainSocket(path: path)
            case .tcp(let host, let port, _): .hostname(host, port: port)
            }
        // The library calls it an error when a stop closes connections.
        var quiet = log
        quiet.logLevel = .critical
        let (started, bound) = AsyncThrowingStream<Int, any Error>.makeStream()
        let application = Application(
            responder: CallbackResponder<BasicRequestContext> { request, _ in await self.respond(to: request) },
            configuration: .init(address: address, serverName: nil),
            onServerRunning: { channel in
                bound.yield(channel.localAddress?.port ?? 0)
                bound.finish()
            }, logger: quiet)
        let task = Task {
            do {
                try await application.run()
                bound.finish()
            } catch {
                bound.finish(throwing: error)
                throw error
            }
        }
        running.withLock { $0 = task }
        for try await port in started { return port }
        throw OperatorError(.failed, "the console's server ended before it listened")
    }

    /// Closes the port and every connection.
    package func stop() async {
        let task = running.withLock { running in
            defer { running = nil }
            return running
        }
        task?.cancel()
        _ = await task?.result
    }

    private func respond(to request: Request) async -> Response {
        var answer: OperatorResponse
        do throws(OperatorError) {
            answer = try await self.answer(to: request)
        } catch {
            answer = error.response
        }
        var headers: HTTPFields = [.contentType: "application/json", .cacheControl: "no-store"]
        if answer.status == 401 { headers[.wwwAuthenticate] = "Bearer" }
        return Response(status: .init(code: answer.status), headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: answer.body)))
    }

    private func answer(to request: Request) async throws(OperatorError) -> OperatorResponse {
        guard let target = RequestTarget(request.uri.string) else { throw OperatorError(.badRequest, "the request's path is not UTF-8 or has a broken escape") }
        guard let method = OperatorRequest.Method(rawValue: request.method.rawValue) else { throw OperatorError(.notAllowed, "GET and POST are understood") }
        var who: String?
        if case .tcp(_, _, let operators) = endpoint {
            if method == .get, target.path == ["healthz"] { return OperatorResponse(body: Array("{\"status\":\"up\"}".utf8)) }
            guard let caller = operators.identify(authorization: request.headers[values: .authorization]) else {
                throw OperatorError(.unauthorized, "a valid bearer token is needed")
            }
            guard method == .get || caller.mayOperate else { throw OperatorError(.forbidden, "\(caller.name) may read, not operate") }
            who = caller.name
        }
        let body: ByteBuffer
        do {
            body = try await request.body.collect(upTo: 64 << 10)
        } catch {
            throw OperatorError(.tooLarge, "the request's body is larger than 64 KiB")
        }
        let query = target.query.map { (name: $0.name, value: $0.value) }
        return await answer(OperatorRequest(method, target.path, query: query, body: Array(body.readableBytesView), who: who))
    }
}
