import Bytes
import CurlTransport
import Delivery
import FindingModel
import Synchronization
import Testing

@testable import Sinks

struct EmailSinkTests {
    let transport: CurlTransport

    init() throws { transport = try CurlTransport() }

    private func sink(_ options: EmailSinkOptions) throws -> EmailSink {
        try EmailSink(name: "mail", options: options, resources: SinkResources(transport: transport, version: "1.2.3", clock: FixedClock()))
    }

    @Test func aBatchIsOneMailToAllRecipients() async throws {
        let peer = try SMTPPeer()
        var options = try EmailSinkOptions.plain(peer, to: ["alice@example.com", "bob@example.org"])
        options.hello = "weir.example.com"
        let batch = [
            Change.finding(.sample(severity: .critical), 1), .finding(.sample("f_2", status: .fixed), 2, type: "finding.fixed"), .finding(.sample("f_3"), 3),
        ]
        #expect(try await sink(options).deliver(batch) == .delivered(status: 250, id: "2.0.0 Ok: queued as Q1"))
        let mail = try #require(peer.mails.first)
        #expect(peer.mails.count == 1 && mail.hello == "weir.example.com" && mail.sender.hasPrefix("FROM:<weir@example.com> SIZE="))
        #expect(mail.recipients == ["TO:<alice@example.com>", "TO:<bob@example.org>"] && peer.malformed == 0)
        let read = try #require(MIMEReader(mail.message))
        #expect(
            read.headers.map(\.name) == [
                "date", "from", "to", "subject", "message-id", "x-weir-sink", "x-weir-severity", "auto-submitted", "mime-version", "content-type",
            ])
        #expect(read.header("date") == "Mon, 02 Mar 2026 10:00:00 +0000" && read.header("from") == "Weir <weir@example.com>")
        #expect(read.header("to") == "alice@example.com, bob@example.org" && read.header("auto-submitted") == "auto-generated")
        #expect(read.header("subject") == "[Weir] 3 changes: 1 critical, 2 high" && read.header("x-weir-severity") == "critical")
        #expect(read.header("message-id") == "<abcdefgh-1-1_3.3.mail@example.com>")
        #expect(read.parts.map(\.type) == ["text/plain; charset=utf-8", "text/html; charset=utf-8"] && read.changes == batch.map(\.id))
        let text = read.part("text/plain")
        #expect(
            text.hasPrefix(
                "3 changes: 1 critical, 2 high\n\n1. critical opened: SQL injection\n   Status: open\n   Resource: https://shop.example.com/search\n"))
        #expect(text.contains("   Scanner: Acme Scan (Acme)\n   CVE: CVE-2026-1234\n   Link: https://example.com/a\n   First seen: 2026-03-02T09:50:00.000Z\n"))
        #expect(text.contains("   Fixed: 2026-03-02T10:50:00.000Z\n   Source: /sources/shop\n   Record: f_2\n   Change: abcdefgh-2-1\n"))
    }

    @Test func aMailAboutOneChangeNamesItInTheSubject() async throws {
        let peer = try SMTPPeer()
        var options = try EmailSinkOptions.plain(peer)
        options.subjectPrefix = "[Weir prod]"
        #expect(try await sink(options).deliver([.finding(.sample(), 7)]).isDelivered)
        #expect(peer.mails.first.flatMap { MIMEReader($0.message) }?.header("subject") == "[Weir prod] high: SQL injection (open)")
    }

    /// Repetitions of a mail can be told, and nothing else is taken for one.
    @Test func theMessageIDIsTheBatchs() async throws {
        let peer = try SMTPPeer { moment, connection in
            if case .message = moment, connection == 1 { .keepThenReset } else { nil }
        }
        let sink = try sink(.plain(peer))
        let lost = await sink.deliver(Change.findings(1...3))
        #expect(lost.word == "retry" && lost.failure?.mayHaveArrived == true)
        #expect(await sink.deliver(Change.findings(1...3)).isDelivered)
        #expect(await sink.deliver(Change.findings(1...2)).isDelivered)
        #expect(await sink.deliver([.finding(1), .finding(3)]).isDelivered)
        let ids = peer.mails.compactMap { MIMEReader($0.message)?.header("message-id") }
        #expect(ids.count == 4 && ids[0] == ids[1] && Set(ids).count == 3)
    }

    /// Each row is a reply at one step of the transaction. RFC 5321, sections 4.2.2 and 4.3.2; RFC 1870 for 552 to MAIL; RFC 4954 for 530
    /// and 535; RFC 3463 for the codes behind the code.
    @Test(arguments: [
        ("connected", "421 4.3.2 shutting down", "retry"), ("connected", "554 5.3.2 no mail here", "pause"), ("hello", "421 4.4.2 timeout", "retry"),
        ("sender", "451 4.3.0 later", "retry"), ("sender", "421 4.7.0 slow down", "retry"), ("sender", "530 5.7.0 Authentication required", "pause"),
        ("sender", "550 5.7.1 sender rejected", "pause"), ("sender", "552 5.3.4 too big", "split"), ("recipient", "450 4.2.1 busy", "retry"),
        ("recipient", "550 5.1.1 no such user", "pause"), ("recipient", "553 5.1.3 no address", "pause"), ("data", "451 4.3.0 later", "retry"),
        ("data", "554 5.5.1 no valid recipients", "pause"), ("message", "250 2.0.0 Ok", "delivered"), ("message", "250 Ok", "delivered"),
        ("message", "451 4.3.0 later", "retry"), ("message", "452 4.3.1 disk full", "retry"), ("message", "552 5.3.4 too big", "split"),
        ("message", "552 too much mail data", "split"), ("message", "554 5.3.4 too big", "split"), ("message", "552 5.2.2 mailbox full", "pause"),
        ("message", "554 5.7.1 looks like spam", "reject"), ("message", "550 5.6.0 malformed", "reject"), ("message", "554 Transaction failed", "reject"),
        ("message", "354 what", "retry"), ("message", "gibberish", "retry"),
    ])
    func everyReplyHasItsOutcome(_ step: String, _ reply: String, _ word: String) async throws {
        let peer = try SMTPPeer { moment, _ in
            switch (moment, step) {
            case (.connected, "connected"), (.hello, "hello"), (.sender, "sender"), (.recipient, "recipient"), (.data, "data"), (.message, "message"):
                reply == "gibberish" || reply.hasPrefix("421") ? .close(reply + "\r\n") : .line(reply)
            default: nil
            }
        }
        let outcome = try await sink(.plain(peer)).deliver([.finding(1)])
        #expect(outcome.word == word, "\(outcome)")
        if word != "delivered", reply != "gibberish", reply.utf8.first != UInt8(ascii: "3") {
            #expect(outcome.failure?.reason.contains(reply.dropFirst(4)) == true && outcome.failure?.status == Int(reply.prefix(3)), "\(outcome)")
        }
        #expect(outcome.failure?.reason.unicodeScalars.allSatisfy { $0.value >= 0x20 } != false)
        #expect((peer.mails.count == 1) == (word == "delivered"))
    }

    @Test func repliesOfSeveralLinesAreReadToTheirEnd() async throws {
        let peer = try SMTPPeer { moment, _ in
            if case .message = moment { .line("250-2.0.0 taken\r\n250 2.0.0 Ok: queued as \u{1b}[31mX") } else { nil }
        }
        #expect(try await sink(.plain(peer)).deliver([.finding(1)]) == .delivered(status: 250, id: "2.0.0 Ok: queued as [31mX"))
    }

    @Test func aRecipientThatIsRefusedDoesNotKeepTheOthersFromTheirMail() async throws {
        let peer = try SMTPPeer { moment, connection in
            moment == .recipient("TO:<bob@example.com>") && connection < 4 ? .line("550 5.1.1 <bob@example.com>: no such user") : nil
        }
        let sink = try sink(.plain(peer, to: ["alice@example.com", "bob@example.com", "carol@example.com"]))
        #expect(sink.concern == nil)
        let outcome = await sink.deliver([.finding(1)])
        let words = "bob@example.com: 550 5.1.1 <bob@example.com>: no such user"
        #expect(outcome == .delivered(status: 250, id: "2.0.0 Ok: queued as Q1; not to \(words)"))
        #expect(peer.mails.first?.recipients == ["TO:<alice@example.com>", "TO:<carol@example.com>"])
        #expect(sink.concern == "the mail server does not take mails to \(words)")
        // The others read it in their next mail, and a test of the sink is not passed.
        #expect(await sink.deliver([.finding(2)]).isDelivered)
        let note = "Note: the mail server does not take mails to \(words)"
        #expect(MIMEReader(peer.mails[1].message)?.part("text/plain").contains("\n\(note)\n") == true)
        #expect(MIMEReader(peer.mails[1].message)?.part("text/html").contains("&lt;bob@example.com&gt;: no such user</p>") == true)
        let test = await sink.test(at: FixedClock().now)
        #expect(test.word == "pause" && test.failure?.reason.contains(words) == true)
        #expect(await sink.test(at: FixedClock().now).isDelivered && sink.concern == nil)
    }

    @Test func aRecipientThatIsPutOffPutsTheMailOff() async throws {
        let peer = try SMTPPeer { moment, connection in
            moment == .recipient("TO:<bob@example.com>") && connection == 1 ? .line("450 4.2.0 greylisted") : nil
        }
        let sink = try sink(.plain(peer, to: ["alice@example.com", "bob@example.com"]))
        let outcome = await sink.deliver([.finding(1)])
        #expect(outcome.failure?.reason == "answered 450 to the recipient bob@example.com: 4.2.0 greylisted" && outcome.word == "retry")
        #expect(outcome.failure?.mayHaveArrived == false && peer.mails.isEmpty)
        #expect(await sink.deliver([.finding(1)]).isDelivered)
        #expect(peer.mails.map(\.recipients.count) == [2])
    }

    @Test func aMailboxThatStaysFullKeepsTheOthersWaitingForAnHour() async throws {
        let isFull = Mutex(true)
        let peer = try SMTPPeer { moment, _ in
            moment == .recipient("TO:<bob@example.com>") && isFull.withLock { $0 } ? .line("452 4.2.2 mailbox full") : nil
        }
        let clock = JumpingClock()
        let options = try EmailSinkOptions.plain(peer, to: ["alice@example.com", "bob@example.com"])
        let sink = try EmailSink(name: "mail", options: options, resources: SinkResources(transport: transport, version: "1", clock: clock))
        for _ in 0..<7 {
            #expect(await sink.deliver([.finding(1)]).word == "retry" && sink.concern == nil)
            try await clock.sleep(for: .seconds(599))
        }
        let words = "bob@example.com: 452 4.2.2 mailbox full"
        #expect(await sink.deliver([.finding(1)]).word == "retry")
        #expect(sink.concern == "the mail server does not take mails to \(words)")
        #expect(await sink.deliver([.finding(1)]).receipt.id?.hasSuffix("; not to \(words)") == true)
        #expect(peer.mails.map(\.recipients) == [["TO:<alice@example.com>"]])
        // It is asked again after an hour, and the others wait for that answer only.
        try await clock.sleep(for: .seconds(3600))
        #expect(await sink.deliver([.finding(2)]).word == "retry")
        #expect(await sink.deliver([.finding(2)]).isDelivered)
        isFull.withLock { $0 = false }
        try await clock.sleep(for: .seconds(3600))
        #expect(await sink.deliver([.finding(3)]).isDelivered && sink.concern == nil)
        #expect(peer.mails.map(\.recipients.count) == [1, 1, 2])
    }

    @Test func aServerThatIsSilentIsLeft() async throws {
        for step in ["connected", "sender", "message", "quit"] {
            let peer = try SMTPPeer { moment, _ in
                switch (moment, step) {
                case (.connected, "connected"), (.sender, "sender"), (.message, "message"), (.quit, "quit"): .silence
                default: nil
                }
            }
            var options = try EmailSinkOptions.plain(peer)
            options.timeout = .milliseconds(step == "quit" ? 20_000 : 300)
            let outcome = try await sink(options).deliver([.finding(1)])
            // A goodbye that never comes changes nothing.
            #expect(
                outcome.word == (step == "quit" ? "delivered" : "retry") && (outcome.failure?.mayHaveArrived ?? true) == (step == "message" || step == "quit"))
        }
    }

    /// The library blocks while it waits for the word about a message: giving up must end that all the same.
    @Test func cancellingEndsTheWaitForTheServersWord() async throws {
        let peer = try SMTPPeer { moment, _ in if case .message = moment { .silence } else { nil } }
        let sink = try sink(.plain(peer))
        let delivery = Task { await sink.deliver([.finding(1)]) }
        await eventually { peer.connections == 1 }
        delivery.cancel()
        let outcome = await delivery.value
        #expect(outcome.word == "retry" && outcome.failure?.reason.contains("given up") == true, "\(outcome)")
        await sink.close()
    }

    @Test func addressesAreCheckedWhenConnecting() async throws {
        let peer = try SMTPPeer()
        var options = try EmailSinkOptions.plain(peer)
        options.policy = DestinationPolicy(networks: AddressBlockList(["10.0.0.0/8"].compactMap { try? AddressBlock($0) }))
        let outcome = try await sink(options).deliver([.finding(1)])
        #expect(outcome.word == "pause" && outcome.failure?.reason == "127.0.0.1: 127.0.0.1 is a loopback address that `networks` does not list")
        #expect(peer.connections == 0)
    }

    /// STARTTLS that the server does not offer, or that somebody took out of its answer: nothing but a goodbye follows.
    @Test func nothingIsSaidToAServerWithoutSTARTTLS() async throws {
        let said = SeenMoments()
        let peer = try SMTPPeer { moment, _ in
            said.add(moment)
            return nil
        }
        var options = try EmailSinkOptions.plain(peer)
        options.server = try MailServer("smtp://127.0.0.1:\(peer.port)")
        options.login = OutboundMail.Login(user: "weir", password: "kept-secret")
        let outcome = try await sink(options).deliver([.finding(1)])
        #expect(outcome.word == "pause" && outcome.failure?.reason == "127.0.0.1: STARTTLS not supported.", "\(outcome)")
        let further = said.all.filter { moment in
            switch moment {
            case .connected, .hello, .quit: false
            default: true
            }
        }
        #expect(further.isEmpty)
    }

    @Test func linesThatBeginWithDotsArriveAsTheyWere() async throws {
        let peer = try SMTPPeer()
        let texts = [".", "..", ".\r\n.", String(repeating: ".", count: 30_000), String(repeating: ".\n", count: 20_000)]
        let sink = try sink(.plain(peer))
        for (index, text) in texts.enumerated() {
            var finding = Finding.sample()
            finding.title = text
            #expect(await sink.deliver([.finding(finding, UInt64(index + 1))]).isDelivered)
        }
        // Straight through the transport, over the ends of its buffers.
        let lines = (0..<9000).map { "." + String(repeating: "x.", count: $0 % 30) }
        let message = Array(("Subject: x\r\n\r\n" + lines.joined(separator: "\r\n") + "\r\n").utf8)
        let mail = try EmailSinkOptions.plain(peer).mail(message)
        let answer = try await transport.send(mail)
        #expect(answer.isTaken)
        #expect(peer.mails.count == texts.count + 1 && peer.malformed == 0 && peer.mails.last?.message == message)
        #expect(peer.mails.dropLast().allSatisfy { MIMEReader($0.message)?.changes.count == 1 })
    }

    @Test(arguments: [4, 50])
    func itKeepsTheSinksPromises(_ batch: Int) async throws {
        try await SinkConformance(harness: try EmailHarness(transport: transport, batch: batch)).run()
    }

    @Test(arguments: [4, 50])
    func whatFailsIsTheSinkOrOneChange(_ batch: Int) async throws {
        try await SinkConformance(harness: try EmailHarness(transport: transport, batch: batch)).runOwnFaults()
    }
}
