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
        var words: String

        /// Whether the others have waited long enough.
        var isLong: Bool { asked.milliseconds - since.milliseconds >= patienceMilliseconds }
    }

    private var refused: [String: String] = [:]
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
            for refusal in answer.refused { refused[refusal.recipient] = EmailAnswer.words(refusal) }
        } else if answer.step == .recipients, (400..<500).contains(answer.reply.code), let last = answer.refused.last {
            let since = delays[last.recipient]?.since ?? now
            delays[last.recipient] = Delay(since: since, asked: now, words: EmailAnswer.words(last))
        }
    }

    /// The server's words about those that a mail to `addressees` leaves out.
    func leftOut(by addressees: [String]) -> [String] {
        delays.filter { !addressees.contains($0.key) }.map(\.value.words).sorted()
    }

    /// One clause about all of them; nothing when everybody gets the mails.
    var text: String? {
        let words = refused.values + delays.values.filter(\.isLong).map(\.words)
        return words.isEmpty ? nil : "the mail server does not take mails to " + words.sorted().joined(separator: "; ")
    }
}
