import Glibc

/// A server that answers the first bytes of a request with 413, reads nothing else, and closes when the sender has, which resets the connection.
final class RefusingPeer: Sendable {
    private let listener: ListeningSocket
    /// POLLRDHUP of poll(2), which the C library hides from whoever does not ask for GNU's names.
    private static let endOfSender: Int16 = 0x2000

    init() throws {
        listener = try ListeningSocket()
        onThread { [listener] in
            while case let connection = listener.nextConnection(), connection >= 0 {
                var some = [UInt8](repeating: 0, count: 1000)
                _ = read(connection, &some, some.count)
                let answer = Array("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".utf8)
                _ = send(connection, answer, answer.count, Int32(MSG_NOSIGNAL))
                // A reset that came while the sender still wrote would be all that it hears: whoever waits for the sender's end is heard first.
                var end = pollfd(fd: connection, events: Self.endOfSender, revents: 0)
                _ = poll(&end, 1, 60_000)
                close(connection)
            }
        }
    }

    deinit { listener.stop() }

    var port: UInt16 { listener.port }
}
