import CurlTransport
import Delivery

/// What a mail server's reply means (RFC 5321, section 4.2: 4xx may pass later, 5xx will not).
enum EmailAnswer {
    /// - Parameter leftOut: The server's words about recipients that the mail was not addressed to.
    static func outcome(_ answer: MailAnswer, leftOut: [String] = []) -> DeliveryOutcome {
        let failure = failure(answer)
        switch (answer.step, answer.reply.code) {
        case (.message, 200...299): return .delivered(status: answer.reply.code, id: receipt(answer, leftOut))
        case (_, 400...499): return .retry(failure)
        // 552 answers MAIL when the announced size is too much (RFC 1870, section 6.1), and the message when its real size is.
        case (.sender, 552): return .split(failure)
        case (.message, 500...599): return refusedMessage(answer, failure)
        // Who may connect, log in, send and receive does not depend on what a mail says.
        case (_, 500...599): return .pause(failure)
        default: return .retry(failure)
        }
    }

    private static func refusedMessage(_ answer: MailAnswer, _ failure: DeliveryFailure) -> DeliveryOutcome {
        switch enhancedCode(answer.reply) {
        // A full mailbox (RFC 3463, section 3.3) waits for somebody to empty it; a smaller mail has no room either.
        case [2, 2]: .pause(failure)
        // "Message too big for system" (section 3.4), and "exceeds administrative limit" (section 3.3).
        case [3, 4], [2, 3]: .split(failure)
        default: answer.reply.code == 552 ? .split(failure) : .reject(failure)
        }
    }

    /// The subject and detail of the enhanced status code (RFC 3463, section 2) that the reply begins with.
    private static func enhancedCode(_ reply: MailAnswer.Reply) -> [Int] {
        let word = reply.text.prefix { $0 != 0x20 && $0 != 0x0a }
        let numbers = word.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map { digits -> Int? in
            guard (1...3).contains(digits.count), digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
            return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        }
        return numbers.count == 3 ? numbers.dropFirst().compactMap { $0 } : []
    }

    /// What the server calls the message: its reply's last line, and whom it does not go to.
    private static func receipt(_ answer: MailAnswer, _ leftOut: [String]) -> String {
        let last = answer.reply.text.split(separator: 0x0a).last.map { AnswerText.line(Array($0), limit: 200) } ?? ""
        return ([last] + (answer.refused.map(words) + leftOut).map { "not to \($0)" }).joined(separator: "; ")
    }

    /// `bob@example.com: 550 5.1.1 no such user`.
    static func words(_ refusal: MailAnswer.Refusal) -> String {
        "\(refusal.recipient): \(refusal.reply.code) \(AnswerText.line(refusal.reply.text, limit: 200))"
    }

    private static func failure(_ answer: MailAnswer) -> DeliveryFailure {
        let subject =
            switch answer.step {
            case .session: "the connection"
            case .sender: "the sender"
            case .recipients: answer.refused.last.map { "the recipient \($0.recipient)" } ?? "a recipient"
            case .content: "DATA"
            case .message: "the message"
            }
        let said = AnswerText.line(answer.reply.text, limit: 400)
        let what = "answered \(answer.reply.code) to \(subject)"
        return DeliveryFailure(said.isEmpty ? what : "\(what): \(said)", status: answer.reply.code, isOfSink: isOfSink(answer))
    }

    /// Whether no mail can be the reason: the server takes no session, or ends it (421), or has no room (452) before it has seen the mail.
    private static func isOfSink(_ answer: MailAnswer) -> Bool {
        switch (answer.step, answer.reply.code) {
        case (.session, _), (_, 421): true
        case (.sender, 400...499): true
        default: false
        }
    }
}
