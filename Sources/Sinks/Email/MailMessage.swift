import FindingModel
import Formats

/// A message of RFC 5322 with the same content as plain text and as HTML (RFC 2046, section 5.1.4).
///
/// The subject is text of anybody's; the other headers come from the configuration and from the gateway's own ids.
struct MailMessage {
    var date: Timestamp
    var sender: String
    var recipients: [String]
    var subject: String
    /// Without angle brackets.
    var messageID: String
    /// Headers of our own: names, and values of printable ASCII.
    var extra: [(name: String, value: String)] = []
    /// Lines ended by line feeds.
    var text: String
    var html: String

    /// What separates the parts: `=_` stands nowhere in quoted-printable text (RFC 2045, section 6.7).
    static let boundary = "=_weir_alternative"

    /// Lines ended by CR LF, none longer than 78 bytes but for one long address or id; a dot at a line's beginning is left to the transport.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity((text.utf8.count + html.utf8.count) * 5 / 4 + 2048)
        func line(_ text: String) { bytes += Array(text.utf8) + [0x0d, 0x0a] }
        line("Date: \(MailDate.text(date))")
        line("From: Weir <\(sender)>")
        line("To: \(recipients.joined(separator: ",\r\n "))")
        line("Subject: \(MailHeaderText.value(subject))")
        line("Message-ID: <\(messageID)>")
        for header in extra { line("\(header.name): \(header.value)") }
        // Nobody's absence note answers it (RFC 3834, section 5).
        line("Auto-Submitted: auto-generated")
        line("MIME-Version: 1.0")
        line("Content-Type: multipart/alternative; boundary=\"\(Self.boundary)\"")
        line("")
        for (type, content) in [("plain", text), ("html", html)] {
            line("--\(Self.boundary)")
            line("Content-Type: text/\(type); charset=utf-8")
            line("Content-Transfer-Encoding: quoted-printable")
            line("")
            bytes += QuotedPrintable.encode(content)
        }
        line("--\(Self.boundary)--")
        return bytes
    }
}
