import CurlTransport
import Delivery
import FindingModel
import Testing

@testable import Sinks

/// That the server under test tells a good client from a naive one.
struct NaiveMailerTests {
    /// Calls a mail delivered once the server has let it begin, as programs do that do not wait for the word about the message.
    private static func naive(_ answer: MailAnswer) -> Bool { answer.step == .message }

    @Test func whoDoesNotReadTheLastReplyLosesMails() async throws {
        let peer = try SMTPPeer { moment, connection in
            if case .message = moment, connection % 2 == 0 { .line("451 4.3.0 local error in processing") } else { nil }
        }
        let transport = try CurlTransport()
        let options = try EmailSinkOptions.plain(peer)
        var naive = 0, honest = 0
        for sequence in UInt64(1)...6 {
            let message = try #require(EmailDigest([.finding(sequence)], of: "mail", options).message(at: FixedClock().now, version: "1"))
            let answer = try await transport.send(options.mail(message))
            if Self.naive(answer) { naive += 1 }
            if case .delivered = EmailAnswer.outcome(answer) { honest += 1 }
        }
        #expect(naive == 6 && honest == 3 && peer.mails.count == 3)
    }

    /// A mailer that writes a title into a header as it stands adds headers: the reader of the tests sees that.
    @Test func whoWritesTextsIntoHeadersAsTheyStandIsSeen() {
        let title = "x\r\nBcc: everybody@example.com"
        let body = "Content-Type: multipart/alternative; boundary=\"b\"\r\n\r\n--b\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nx\r\n--b--\r\n"
        let mail = MIMEReader(Array("Subject: \(title)\r\n\(body)".utf8))
        #expect(mail?.headers.map(\.name) == ["subject", "bcc", "content-type"])
    }
}
