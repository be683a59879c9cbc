/// Follows a mail transaction by its replies alone: the library asks MAIL, then RCPT for each recipient, then DATA, then sends the message,
/// and waits for the reply to each (RFC 5321, section 3.3).
struct MailDialogue {
    private let recipients: [String]
    private let keptBytes: Int
    private var next = MailAnswer.Step.session
    private var recipient = 0
    private var refused: [MailAnswer.Refusal] = []
    private var reply = MailAnswer.Reply(code: 0, text: [])
    private var lineBytes = 0
    /// The last whole reply before the transaction.
    private var sessionReply: MailAnswer.Reply?
    /// The reply that settles the attempt, once it has come.
    private(set) var answer: MailAnswer?

    /// Bytes of all replies together; more is no server.
    static let headBytes = 64 << 10

    init(recipients: [String], keptBytes: Int) {
        self.recipients = recipients
        self.keptBytes = keptBytes
    }

    /// Whether the message may be at the server.
    var mayHaveArrived: Bool { next == .message && answer == nil }

    /// Whether more was said than any server has to say.
    var isTooLarge: Bool { lineBytes > Self.headBytes }

    /// The refusal that ended the attempt before the transaction.
    var sessionRefusal: MailAnswer? {
        guard next == .session, let sessionReply, sessionReply.code >= 400 else { return nil }
        return MailAnswer(step: .session, reply: sessionReply, refused: [])
    }

    /// One line of a reply; false when the attempt must end here, before anybody gets the message.
    ///
    /// - Parameter isTransaction: Whether the connection is made and the login taken.
    mutating func take(_ line: some Collection<UInt8>, isTransaction: Bool) -> Bool {
        lineBytes += line.count
        guard !isTooLarge else { return false }
        // What follows the settling reply is the goodbye.
        guard answer == nil, let isLast = gather(line) else { return true }
        guard isLast else { return true }
        defer { reply = MailAnswer.Reply(code: 0, text: []) }
        guard isTransaction else {
            sessionReply = reply
            return true
        }
        return advance()
    }

    /// Adds the line to the reply; says whether it is its last one, or nothing for a line that is none of a reply.
    private mutating func gather(_ line: some Collection<UInt8>) -> Bool? {
        let digits = line.prefix(3)
        guard digits.count == 3, digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        reply.code = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        let mark = line.dropFirst(3).first
        let text = line.dropFirst(4).filter { $0 != 0x0d && $0 != 0x0a }
        reply.text += (text + [0x0a]).prefix(max(0, keptBytes - reply.text.count))
        return mark != UInt8(ascii: "-")
    }

    private mutating func advance() -> Bool {
        let isTaken = (200...299).contains(reply.code)
        switch next {
        case .session, .sender:
            next = .sender
            if isTaken { next = .recipients } else { settle() }
        case .recipients:
            let name = recipient < recipients.count ? recipients[recipient] : ""
            recipient += 1
            if !isTaken { refused.append(MailAnswer.Refusal(recipient: name, reply: reply)) }
            // A recipient that is put off puts the mail off: it goes to all whom the server does not refuse for good, once.
            guard isTaken || (500...599).contains(reply.code) else {
                settle()
                return false
            }
            guard recipient == recipients.count else { return true }
            if refused.count == recipients.count { settle() } else { next = .content }
        case .content:
            if reply.code == 354 { next = .message } else { settle() }
        case .message: settle()
        }
        return true
    }

    private mutating func settle() { answer = MailAnswer(step: next, reply: reply, refused: refused) }
}
