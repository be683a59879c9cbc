import Glibc

/// One connection of a mail server: reads commands, asks what to answer, and keeps the messages that it took.
struct SMTPSession {
    private let descriptor: Int32
    private let number: Int
    private var buffered: [UInt8] = []

    init(descriptor: Int32, number: Int) {
        self.descriptor = descriptor
        self.number = number
    }

    mutating func run(_ answer: (SMTPPeer.Moment) -> SMTPPeer.Reply, keep: (SMTPPeer.Mail) -> Void) {
        guard send(answer(.connected)) != nil else { return }
        var hello = "", sender = ""
        var recipients: [String] = []
        while let line = nextLine() {
            let words = String(decoding: line, as: UTF8.self).split(separator: " ", maxSplits: 1)
            let argument = words.count > 1 ? String(words[1]) : ""
            switch words.first?.uppercased() {
            case "EHLO", "HELO":
                hello = argument
                guard send(answer(.hello(argument))) != nil else { return }
            case "MAIL":
                guard let code = send(answer(.sender(argument))) else { return }
                if code == 250 { (sender, recipients) = (argument, []) }
            case "RCPT":
                guard let code = send(answer(.recipient(argument))) else { return }
                if code == 250 { recipients.append(argument) }
            case "DATA":
                guard let code = send(recipients.isEmpty ? .line("554 5.5.1 no valid recipients") : answer(.data)) else { return }
                guard code == 354 else { continue }
                guard let message = nextMessage() else { return }
                let reply = answer(.message(message))
                if Self.takes(reply) {
                    keep(SMTPPeer.Mail(connection: number, hello: hello, sender: sender, recipients: recipients, message: message))
                }
                guard send(reply) != nil else { return }
            case "QUIT":
                _ = send(answer(.quit))
                return
            default: guard send(.line("500 5.5.2 unknown command")) != nil else { return }
            }
        }
    }

    /// A reply that begins with 250 says that the message is kept, also when the rest of it never arrives.
    private static func takes(_ reply: SMTPPeer.Reply) -> Bool {
        switch reply {
        case .line(let text), .close(let text): text.utf8.starts(with: "250".utf8)
        case .keepThenReset: true
        case .reset, .silence: false
        }
    }

    /// The reply's code; nothing when the connection is over.
    private mutating func send(_ reply: SMTPPeer.Reply) -> Int? {
        switch reply {
        case .line(let text):
            guard write(Array("\(text)\r\n".utf8)) else { return nil }
            return Int(text.prefix(3))
        case .close(let text): _ = write(Array(text.utf8))
        case .reset, .keepThenReset:
            var option = linger(l_onoff: 1, l_linger: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        case .silence: while readMore() { buffered.removeAll() }
        }
        return nil
    }

    /// The next line without its end.
    private mutating func nextLine() -> [UInt8]? {
        while true {
            if let end = buffered.firstIndex(of: 0x0a) {
                defer { buffered.removeFirst(end + 1) }
                return buffered[..<end].last == 0x0d ? Array(buffered[..<(end - 1)]) : Array(buffered[..<end])
            }
            guard readMore() else { return nil }
        }
    }

    /// What stands before the line that holds a dot alone, with the dots taken away that were put before others (section 4.5.2).
    private mutating func nextMessage() -> [UInt8]? {
        let end = Array("\r\n.\r\n".utf8)
        var searched = 0
        while true {
            // The message may begin with the line that ends it.
            if buffered.starts(with: end.dropFirst(2)) {
                buffered.removeFirst(3)
                return []
            }
            if let start = buffered.firstIndex(ofBytes: end, from: searched) {
                let stuffed = buffered[..<(start + 2)]
                buffered.removeFirst(start + end.count)
                return Self.withoutStuffing(Array(stuffed))
            }
            searched = max(0, buffered.count - end.count)
            guard readMore() else { return nil }
        }
    }

    private static func withoutStuffing(_ bytes: [UInt8]) -> [UInt8] {
        var plain: [UInt8] = []
        plain.reserveCapacity(bytes.count)
        for (index, byte) in bytes.enumerated() {
            let beginsLine = index == 0 || bytes[index - 1] == 0x0a
            if beginsLine, byte == UInt8(ascii: ".") { continue }
            plain.append(byte)
        }
        return plain
    }

    private mutating func readMore() -> Bool {
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        let count = read(descriptor, &piece, piece.count)
        guard count > 0 else { return false }
        buffered += piece.prefix(count)
        return true
    }

    private func write(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }
}
