import Glibc
import Synchronization

/// A mail server on 127.0.0.1 as RFC 5321 describes it, one thread a connection: a reply to each command, in order, without TLS.
final class SMTPPeer: Sendable {
    /// What the client has just done.
    enum Moment: Sendable, Equatable {
        case connected
        case hello(String)
        /// The whole argument of MAIL and RCPT.
        case sender(String)
        case recipient(String)
        case data
        case message([UInt8])
        case quit
    }

    enum Reply: Sendable, Equatable {
        case line(String)
        /// Written as it stands, then the connection ends.
        case close(String)
        case reset
        /// The message is kept, and the connection reset before anything is said.
        case keepThenReset
        /// Nothing, until the client goes away.
        case silence
    }

    struct Mail: Sendable {
        /// 1 for the first connection accepted.
        let connection: Int
        let hello: String
        let sender: String
        /// Those that were not refused.
        let recipients: [String]
        /// Without the dots that were put before dots.
        let message: [UInt8]
    }

    private struct State {
        var mails: [Mail] = []
        var connections = 0
        var malformed = 0
    }

    private let listener: ListeningSocket
    private let script: @Sendable (Moment, Int) -> Reply?
    private let state = Mutex(State())

    /// `script` gets what happens and the connection's number; nothing means what a server says that takes everything.
    init(_ script: @escaping @Sendable (Moment, Int) -> Reply? = { _, _ in nil }) throws {
        self.script = script
        listener = try ListeningSocket()
        onThread { [weak self, listener] in
            while case let connection = listener.nextConnection(), connection >= 0 {
                guard let self else {
                    close(connection)
                    break
                }
                let number = state.withLock { state in
                    state.connections += 1
                    return state.connections
                }
                onThread { [weak self] in
                    var session = SMTPSession(descriptor: connection, number: number)
                    session.run {
                        self?.answer($0, number) ?? .close("")
                    } keep: { mail in
                        self?.state.withLock { state in
                            state.mails.append(mail)
                            if !Self.isWellFormed(mail.message) { state.malformed += 1 }
                        }
                    }
                    close(connection)
                }
            }
        }
    }

    deinit { listener.stop() }

    var port: UInt16 { listener.port }
    /// The messages that were taken.
    var mails: [Mail] { state.withLock { $0.mails } }
    var connections: Int { state.withLock { $0.connections } }
    /// Messages with a line end other than CR LF, a byte outside ASCII, or a line over 998 bytes (section 4.5.3.1.6).
    var malformed: Int { state.withLock { $0.malformed } }

    private func answer(_ moment: Moment, _ connection: Int) -> Reply {
        if let reply = script(moment, connection) { return reply }
        switch moment {
        case .connected: return .line("220 mail.test ESMTP")
        case .hello: return .line("250-mail.test\r\n250-SIZE 10485760\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES")
        case .sender: return .line("250 2.1.0 Ok")
        case .recipient: return .line("250 2.1.5 Ok")
        case .data: return .line("354 End data with <CR><LF>.<CR><LF>")
        case .message: return .line("250 2.0.0 Ok: queued as Q\(connection)")
        case .quit: return .close("221 2.0.0 Bye\r\n")
        }
    }

    private static func isWellFormed(_ message: [UInt8]) -> Bool {
        var width = 0
        for (index, byte) in message.enumerated() {
            switch byte {
            case 0x0d: guard index + 1 < message.count, message[index + 1] == 0x0a else { return false }
            case 0x0a:
                guard index > 0, message[index - 1] == 0x0d, width <= 998 else { return false }
                width = 0
            case 0x09, 0x20...0x7e: width += 1
            default: return false
            }
        }
        return width == 0
    }
}
