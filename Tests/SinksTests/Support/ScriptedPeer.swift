import Glibc
import Synchronization

/// An HTTP/1.1 server on 127.0.0.1 (or a Unix-domain socket) that answers as its script says, one thread a connection.
final class ScriptedPeer: Sendable {
    struct Request: Sendable {
        /// 1 for the first connection accepted.
        let connection: Int
        let method: String
        let target: String
        /// Names in lower case.
        let headers: [(name: String, value: String)]
        let body: [UInt8]

        func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
    }

    enum Reply: Sendable {
        case answer(Int, headers: [String] = [], body: [UInt8] = [])
        /// Written as they stand; the connection stays open until the client closes it.
        case raw(String)
        case rawThenClose(String)
        case rawThenReset(String)
        /// The first text once, then the second until the client goes away.
        case endless(String, then: String)
        /// Nothing, until the client goes away.
        case silence
    }

    private struct State {
        var requests: [Request] = []
        var connections = 0
        var open = 0
    }

    private let listener: ListeningSocket
    private let script: @Sendable (Request, Int) -> Reply
    private let state = Mutex(State())

    /// `script` gets each request and how many came before it.
    init(unixPath: String? = nil, port: UInt16 = 0, script: @escaping @Sendable (Request, Int) -> Reply) throws {
        self.script = script
        listener = try unixPath.map { try ListeningSocket(unixPath: $0) } ?? ListeningSocket(port: port)
        onThread { [weak self, listener] in
            var count = 0
            while true {
                let connection = listener.nextConnection()
                guard connection >= 0 else { break }
                count += 1
                guard let self else {
                    close(connection)
                    break
                }
                state.withLock { state in
                    state.connections += 1
                    state.open += 1
                }
                let number = count
                onThread { [weak self] in
                    var reader = PeerConnection(descriptor: connection, number: number)
                    while let request = reader.nextRequest(), let self, reader.send(self.reply(to: request)) {}
                    close(connection)
                    self?.state.withLock { $0.open -= 1 }
                }
            }
        }
    }

    deinit { listener.stop() }

    /// Accepts no further connections.
    func stop() { listener.stop() }

    /// The TCP port, 0 for a Unix-domain socket.
    var port: UInt16 { listener.port }
    var requests: [Request] { state.withLock { $0.requests } }
    var connections: Int { state.withLock { $0.connections } }
    var openConnections: Int { state.withLock { $0.open } }

    private func reply(to request: Request) -> Reply {
        let before = state.withLock { state in
            state.requests.append(request)
            return state.requests.count - 1
        }
        return script(request, before)
    }
}
