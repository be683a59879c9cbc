import Testing

@testable import CurlTransport

struct MailServerTests {
    @Test(arguments: [
        ("smtps://mail.example.com", nil as MailServer.Security?, MailServer.Security.tls, 465, "smtps://mail.example.com:465/"),
        ("smtps://mail.example.com:4650/", .tls, .tls, 4650, "smtps://mail.example.com:4650/"),
        ("smtp://mail.example.com", nil, .starttls, 587, "smtp://mail.example.com:587/"),
        ("SMTP://mail.example.com:25", .starttls, .starttls, 25, "smtp://mail.example.com:25/"),
        ("smtp://[::1]", MailServer.Security.none, MailServer.Security.none, 25, "smtp://[::1]:25/"),
    ])
    func serversAreRead(_ text: String, _ wanted: MailServer.Security?, _ security: MailServer.Security, _ port: Int, _ url: String) throws {
        let server = try MailServer(text, security: wanted)
        #expect(server.security == security && server.port == port && server.url(hello: nil) == url)
        #expect(server.url(hello: "[::1]") == url + "%5B%3A%3A1%5D")
    }

    @Test(arguments: [
        ("https://mail.example.com", nil as MailServer.Security?, "neither smtps:// nor smtp://"), ("mail.example.com", nil, ""),
        ("mail.example.com:25", nil, ""),
        ("smtps://mail.example.com", .starttls, "TLS from the first byte"), ("smtps://mail.example.com", MailServer.Security.none, "TLS from the first byte"),
        ("smtp://mail.example.com", .tls, "write smtps://"), ("smtp://u:kept-secret@mail.example.com", nil, "user name"),
        ("smtp://u;auth=NTLM@mail.example.com", nil, "user name"), ("smtps://mail.example.com/hello", nil, "ends with its host"),
        ("smtps://mail.example.com?x", nil, "ends with its host"), ("smtps://mail.example.com#x", nil, "ends with its host"),
        ("smtps://mail example.com", nil, "white space"), ("smtps://b\u{fc}cher.example", nil, "outside ASCII"), ("smtps://", nil, ""),
        ("smtps://mail.example.com:99999", nil, "not a URL"),
    ])
    func whatIsNoServerIsNot(_ text: String, _ security: MailServer.Security?, _ words: String) {
        do {
            let server = try MailServer(text, security: security)
            Issue.record("read as \(server)")
        } catch {
            #expect(error.code == .invalidRequest && (words.isEmpty || error.message.contains(words)) && !error.message.contains("secret"), "\(error)")
        }
    }

    /// Nothing that could end a command of SMTP, or send a password in the clear, reaches the library.
    @Test func mailsThatCouldBreakACommandAreRefused() async throws {
        let transport = try CurlTransport()
        let good = OutboundMail(
            server: try MailServer("smtp://127.0.0.1:1", security: MailServer.Security.none), sender: "a@example.com", recipients: ["b@example.com"],
            message: [], policy: .loopback)
        var bad: [OutboundMail] = []
        for text in ["", "a@x\r\nRCPT TO:<c@x>", "a b@x", "<a@x>", "a@x> SIZE=1", "\u{e9}@x", "a@x\u{0}"] {
            var mail = good
            mail.sender = text
            bad.append(mail)
            mail = good
            mail.recipients = ["b@example.com", text]
            bad.append(mail)
        }
        for hello in ["", "a b", "a\r\nb", "a/b", "a%0d"] {
            var mail = good
            mail.hello = hello
            bad.append(mail)
        }
        for count in [0, 101] {
            var mail = good
            mail.recipients = [String](repeating: "b@example.com", count: count)
            bad.append(mail)
        }
        var mail = good
        mail.login = OutboundMail.Login(user: "u", password: "kept-secret")
        bad.append(mail)
        mail.server = try MailServer("smtps://127.0.0.1:1")
        mail.login = OutboundMail.Login(user: "u", password: "a\u{0}b")
        bad.append(mail)
        for mail in bad {
            await #expect(throws: TransportError.self) { try await transport.send(mail) }
            do { _ = try await transport.send(mail) } catch { #expect(error.code == .invalidRequest && !error.message.contains("secret")) }
        }
        do { _ = try await transport.send(good) } catch { #expect(error.code == .connect && !error.mayHaveArrived) }
    }
}
