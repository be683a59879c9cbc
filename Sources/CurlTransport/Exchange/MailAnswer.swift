/// What a mail server said: the reply that took the message, or the one that ended the attempt.
package struct MailAnswer: Hashable, Sendable {
    /// What was asked when the reply came.
    package enum Step: String, Sendable, CaseIterable {
        /// The greeting, EHLO, STARTTLS and AUTH.
        case session
        /// MAIL FROM.
        case sender
        /// RCPT TO: one recipient was put off, or all were refused.
        case recipients
        /// DATA.
        case content
        /// The message itself.
        case message
    }

    /// A reply (RFC 5321, section 4.2).
    package struct Reply: Hashable, Sendable {
        /// 200 to 599 in practice; whatever the server wrote.
        package var code: Int
        /// The text of its lines, each ended by a line feed, at most `OutboundMail.keptBytes`.
        package var text: [UInt8]
    }

    /// A recipient that the server does not take, and why.
    package struct Refusal: Hashable, Sendable {
        package let recipient: String
        package let reply: Reply
    }

    package let step: Step
    package let reply: Reply
    /// Recipients that were refused or put off; the others got the message when it was taken.
    package let refused: [Refusal]

    /// Whether the server has the message, for those recipients that it did not refuse.
    package var isTaken: Bool { step == .message && (200...299).contains(reply.code) }
}
