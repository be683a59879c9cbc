import CurlTransport
import FindingModel

/// The recipients that the server does not take mails to at present, with its words.
///
/// One that is put off (4xx) puts the mail off for all, because a mail is sent once; after `patienceMilliseconds` it is left out, so that a full mailbox
/// keeps nobody else waiting for days, and asked again after as long.
struct RecipientRefusals {
    /// How long the others wait for one that is put off.
    static let patienceMilliseconds: Int64 = 3_600_000

    /// A recipient that has been put off since it was last taken or refused for good.
    private struct Delay {
        let since: Timestamp
        var asked: Timestamp
        var refusal: MailAnswer.Refusal

        /// Whether the others have waited long enough.
        var isLong: Bool { asked.milliseconds - since.milliseconds >= patienceMilliseconds }
    }

    private var refused: [String: MailAnswer.Refusal] = [:]
    private var delays: [String: Delay] = [:]

    /// Those of `recipients` that a mail at `now` goes to: all of them when none would be left.
    func addressees(_ recipients: [String], at now: Timestamp) -> [String] {
        let rest = recipients.filter { recipient in
            guard let delay = delays[recipient] else { return true }
            return !delay.isLong || now.milliseconds - delay.asked.milliseconds >= Self.patienceMilliseconds
        }
        return rest.isEmpty ? recipients : rest
    }

    /// Takes in what was said about a mail to `addressees`.
    mutating func note(_ answer: MailAnswer, to addressees: [String], at now: Timestamp) {
        if answer.isTaken {
            for address in addressees { (delays[address], refused[address]) = (nil, nil) }
            for refusal in answer.refused { refused[refusal.recipient] = refusal }
        } else if answer.step == .recipients, (400..<500).contains(answer.reply.code), let last = answer.refused.last {
            let since = delays[last.recipient]?.since ?? now
            delays[last.recipient] = Delay(since: since, asked: now, refusal: last)
        }
    }

    /// The server's words about those that a mail to `addressees` leaves out.
    func leftOut(by addressees: [String]) -> [String] {
        delays.filter { !addressees.contains($0.key) }.map { EmailAnswer.words($0.value.refusal) }.sorted()
    }

    /// One clause about all of them; nothing when everybody gets the mails.
    var text: String? { text(EmailAnswer.words) }

    /// The same with the server's codes instead of its words.
    var told: String? { text { "\($0.recipient): \($0.reply.code)" } }

    private func text(_ words: (MailAnswer.Refusal) -> String) -> String? {
        let refusals = Array(refused.values) + delays.values.filter(\.isLong).map(\.refusal)
        return refusals.isEmpty ? nil : "the mail server does not take mails to " + refusals.map(words).sorted().joined(separator: "; ")
    }
}
