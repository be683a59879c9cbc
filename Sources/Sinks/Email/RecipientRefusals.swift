import CurlTransport

/// The recipients that the server does not take at present, with its words.
struct RecipientRefusals {
    private var words: [String: String] = [:]

    /// Takes in whom a message that was taken goes to, and whom not.
    mutating func note(_ answer: MailAnswer) {
        words = Dictionary(answer.refused.map { ($0.recipient, EmailAnswer.words($0)) }) { _, last in last }
    }

    /// One clause about all of them; nothing when everybody gets the mails.
    var text: String? {
        words.isEmpty ? nil : "the mail server does not take mails to " + words.values.sorted().joined(separator: "; ")
    }
}
