import Glibc

/// A server that answers the first bytes of a request with 413 and closes without reading the rest, which resets the connection.
final class RefusingPeer: Sendable {
    private let listener: ListeningSocket

    init() throws {
        listener = try ListeningSocket()
        onThread { [listener] in
            while case let connection = listener.nextConnection(), connection >= 0 {
                var some = [UInt8](repeating: 0, count: 1000)
                _ = read(connection, &some, some.count)
                let answer = Array("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".utf8)
                _ = send(connection, answer, answer.count, Int32(MSG_NOSIGNAL))
                close(connection)
            }
        }
    }

    deinit { listener.stop() }

    var port: UInt16 { listener.port }
}
