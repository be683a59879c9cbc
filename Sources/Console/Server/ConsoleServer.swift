import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Synchronization

/// Answers operators over HTTP/1.1: on the socket in the data folder, which only the gateway's user can open, or on a TCP port, where everyone
/// needs a token.
package final class ConsoleServer: Sendable {
    package enum Endpoint: Sendable {
        case socket(path: String)
        case tcp(host: String, port: Int, operators: Operators)
    }

    /// A request with the connection that it came on.
    private struct Context: RequestContext {
        var coreContext: CoreRequestContextStorage
        let channel: any Channel

        init(source: ApplicationRequestContextSource) {
            coreContext = CoreRequestContextStorage(source: source)
            channel = source.channel
        }
    }

    private let endpoint: Endpoint
    private let door: ConsoleDoor
    private let answer: @Sendable (OperatorRequest) async -> OperatorResponse
    private let log: Logger
    private let running = Mutex<Task<Void, any Error>?>(nil)
    private let listener = Mutex<(any Channel)?>(nil)

    /// - Parameter answer: what a request gets; it is asked only for requests that may be made.
    package init(
        endpoint: Endpoint, limits: ConsoleLimits = ConsoleLimits(), log: Logger, answer: @escaping @Sendable (OperatorRequest) async -> OperatorResponse
    ) {
        self.endpoint = endpoint
        door = ConsoleDoor(limits)
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
            responder: CallbackResponder<Context> { request, context in await self.respond(to: request, on: context.channel) },
            server: .http1(configuration: connections),
            configuration: .init(address: address, serverName: nil),
            onServerRunning: { channel in
                self.listener.withLock { $0 = channel }
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

    /// Heads as large as on the ingest port; whoever comes over TCP passes the door.
    private var connections: HTTP1Channel.Configuration {
        let heads = HTTP1Channel.Configuration.DecoderConfiguration(maxHeaderFieldSize: 16_384, maxHeaderListSize: 16_384, maxHeaderFieldCount: 100)
        guard case .tcp = endpoint else { return .init(httpDecoderConfiguration: heads) }
        let door = door
        return .init(additionalChannelHandlers: [ConsoleGuard(door)], httpDecoderConfiguration: heads)
    }

    /// Closes the port and every connection.
    package func stop() async {
        let task = running.withLock { running in
            defer { running = nil }
            return running
        }
        // The library must have taken every connection that was accepted before it is told to end: one that it has not is a trap.
        let listener = listener.withLock { listener in
            defer { listener = nil }
            return listener
        }
        try? await listener?.close().get()
        door.shut()
        try? await Task.sleep(for: .milliseconds(100))
        task?.cancel()
        _ = await task?.result
    }

    private func respond(to request: Request, on channel: any Channel) async -> Response {
        var answer: OperatorResponse
        do throws(OperatorError) {
            answer = try await self.answer(to: request, on: channel)
        } catch {
            answer = error.response
        }
        var headers: HTTPFields = [.contentType: ListHeaders.contentType(of: answer), .cacheControl: "no-store"]
        for field in ListHeaders.fields(of: answer, target: request.uri.string) {
            if let name = HTTPFields.Element.Name(field.name) { headers[name] = field.value }
        }
        if answer.status == 401 { headers[.wwwAuthenticate] = "Bearer" }
        return Response(status: .init(code: answer.status), headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: answer.body)))
    }

    private func answer(to request: Request, on channel: any Channel) async throws(OperatorError) -> OperatorResponse {
        guard let target = RequestTarget(request.uri.string) else { throw OperatorError(.badRequest, "the request's path is not UTF-8 or has a broken escape") }
        guard let method = OperatorRequest.Method(rawValue: request.method.rawValue) else { throw OperatorError(.notAllowed, "GET and POST are understood") }
        var who: String?
        if case .tcp(_, _, let operators) = endpoint {
            if method == .get, target.path == ["healthz"] { return OperatorResponse(body: Array("{\"status\":\"up\"}".utf8)) }
            guard let caller = operators.identify(authorization: request.headers[values: .authorization]) else {
                throw OperatorError(.unauthorized, "a valid bearer token is needed")
            }
            door.prove(channel)
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
