import Bytes
import CurlTransport
import Delivery
import FindingModel
import Testing

@testable import Sinks

/// What the mails themselves look like.
struct EmailMessageTests {
    private func options() throws -> EmailSinkOptions {
        EmailSinkOptions(
            server: try MailServer("smtps://mail.example.com"), policy: DestinationPolicy(networks: []), sender: "weir@example.com",
            recipients: ["alice@example.com"])
    }

    private func message(_ batch: [Change], note: String? = nil) throws -> [UInt8]? {
        EmailDigest(batch, of: "mail", try options(), note: note).message(at: FixedClock().now, version: "1")
    }

    private func read(_ batch: [Change], note: String? = nil) throws -> MIMEReader { try #require(try message(batch, note: note).flatMap { MIMEReader($0) }) }

    /// A hostile text in every field leaves the headers, the parts, the lines of the text and the elements of the HTML what they are.
    @Test(arguments: HostileTexts.all + ["=?UTF-8?Q?x?=", "\n.\nQUIT", "--=_weir_alternative--", "x\n\n1. critical opened: forged\n   Change: forged"])
    func vendorTextIsNeverStructure(_ text: String) throws {
        let note = "the mail server does not take mails to \(AnswerText.line(Array(text.utf8)))"
        for count in [1, 3] {
            let batch = (1...UInt64(count)).map { Change.finding(.hostile(text, uid: "f_\($0)"), $0) }
            let mail = try read(batch, note: note)
            #expect(
                mail.headers.map(\.name) == [
                    "date", "from", "to", "subject", "message-id", "x-weir-sink", "x-weir-severity", "auto-submitted", "mime-version", "content-type",
                ])
            #expect(mail.header("to") == "alice@example.com" && mail.parts.count == 2 && mail.changes == batch.map(\.id))
            #expect(mail.headers.allSatisfy { $0.value.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f } })
            #expect(mail.header("subject")?.hasPrefix(count == 1 ? "[Weir] high: " : "[Weir] 3 changes: 3 high") == true)
            let rows = batch.map { EmailEntry($0).rows(limit: 1000).count }.reduce(0, +)
            // The headline, per change an empty line, a heading and rows, the note and the footer with empty lines before.
            #expect(mail.part("text/plain").split(separator: "\n", omittingEmptySubsequences: false).count == 1 + 2 * count + rows + 2 + 3 + 1)
            try expectElements(mail.part("text/html"), changes: count, rows: rows)
        }
    }

    /// Every `<` begins a tag that the digest writes itself, as often as it has to.
    private func expectElements(_ html: String, changes: Int, rows: Int) throws {
        let body = try #require(html.split(separator: "</head>").last.map(String.init))
        var counts: [String: Int] = [:]
        for piece in body.utf8.split(separator: UInt8(ascii: "<")).dropFirst(body.utf8.first == UInt8(ascii: "<") ? 0 : 1) {
            let end = try #require(piece.firstIndex(of: UInt8(ascii: ">")))
            counts[String(decoding: piece[..<end], as: UTF8.self), default: 0] += 1
            #expect(!piece[piece.index(after: end)...].contains(UInt8(ascii: ">")))
        }
        #expect(
            counts == [
                "body": 1, "/body": 1, "/html": 1, "p": 2, "/p": 2, "footer": 1, "/footer": 1, "h2": changes, "/h2": changes, "span class=\"high\"": changes,
                "/span": changes, "table": changes, "/table": changes, "tr": rows, "/tr": rows, "th": rows, "/th": rows, "td": rows, "/td": rows,
            ])
    }

    @Test func aMailStaysWithinItsBounds() throws {
        for text in ["<&>@", "\u{1f4a3}", "\""].map({ String(repeating: $0, count: 2000) }) {
            for count in [1, 10, 100] {
                let batch = (1...UInt64(count)).map { Change.finding(.hostile(text, uid: "f_\($0)"), $0) }
                let bytes = try message(batch)
                #expect(bytes.map { $0.count <= EmailDigest.bytesMax } ?? (count == 100), "\(text.prefix(20)) \(count)")
                if let bytes { #expect(MIMEReader(bytes)?.changes.count == count) }
            }
        }
    }

    @Test func whatIsTooLargeIsSplit() async throws {
        let sink = try EmailSink(name: "mail", options: try options(), resources: SinkResources(transport: try CurlTransport(), version: "1"))
        let finding = Finding.hostile(String(repeating: "\u{1f4a3}", count: 5000))
        let batch = (1...100).map { Change.finding(finding, UInt64($0)) }
        #expect(try message(batch) == nil)
        #expect(await sink.deliver(batch).word == "split")
    }

    @Test func anyRecordCanBeShown() throws {
        for data in ["{}", "[]", "null", "7", "", "{\"title\":7,\"resources\":{},\"severity\":\"worst\"}", "{\"resources\":[7]}", "{\"summary\":\"disk low\"}"]
        {
            var change = Change.finding(1)
            change.kind = .notice
            change.type = "notice.gateway_disk_low"
            change.data = RawJSON(bytes: Array(data.utf8))
            let mail = try read([change])
            #expect(mail.changes == [change.id] && mail.header("subject")?.utf8.count ?? 0 > 7)
        }
    }

    @Test func scansAndNoticesHaveTheirOwnWords() throws {
        var scan = Change.finding(1)
        scan.kind = .scan
        scan.type = "scan.completed"
        scan.data = RawJSON(
            bytes: Array(
                #"{"name":"Weekly","status":"completed","scope":{"targets":["a.example","b.example"]},"totals":{"critical":1,"low":4,"total":5}}"#.utf8))
        let mail = try read([scan])
        #expect(mail.header("subject") == "[Weir] scan completed: Weekly" && mail.header("x-weir-severity") == nil)
        #expect(
            mail.part("text/plain").contains("1. scan completed: Weekly\n   Status: completed\n   Target: a.example, b.example\n   Found: 1 critical, 4 low\n"))
        var notice = scan
        notice.kind = .notice
        let both = try read([scan, notice, .finding(.sample(severity: .unknown), 3)])
        #expect(both.header("subject") == "[Weir] 3 changes: 1 unknown, 1 scan, 1 notice")
    }

    @Test(arguments: [
        (Int64(0), "Thu, 01 Jan 1970 00:00:00 +0000"), (1_772_445_600_987, "Mon, 02 Mar 2026 10:00:00 +0000"), (-1, "Wed, 31 Dec 1969 23:59:59 +0000"),
        (1_709_251_199_000, "Thu, 29 Feb 2024 23:59:59 +0000"), (253_402_300_799_999, "Fri, 31 Dec 9999 23:59:59 +0000"),
    ])
    func datesAreThoseOfMails(_ milliseconds: Int64, _ text: String) {
        #expect(MailDate.text(Timestamp(milliseconds: milliseconds)) == text)
    }

    @Test(arguments: [
        ("", "\r\n"), ("a b", "a b\r\n"), ("a ", "a=20\r\n"), ("a\t", "a=09\r\n"), ("a=b", "a=3Db\r\n"), ("é\nx", "=C3=A9\r\nx\r\n"),
        (String(repeating: "x", count: 76), String(repeating: "x", count: 76) + "\r\n"),
        (String(repeating: "x", count: 77), String(repeating: "x", count: 75) + "=\r\nxx\r\n"),
        (String(repeating: "x", count: 74) + "=", String(repeating: "x", count: 74) + "=\r\n=3D\r\n"),
    ])
    func quotedPrintableIsAsItsStandardSays(_ text: String, _ encoded: String) {
        #expect(String(decoding: QuotedPrintable.encode(text), as: UTF8.self) == encoded)
    }

    @Test(arguments: [
        "a@example.com", "first.last+tag@mail.example.co.uk", "root@localhost", "o'brien@example.com", "a@xn--bcher-kva.example", "x_y=z@1.example",
    ])
    func addressesAreTaken(_ text: String) { #expect(MailAddress.issue(text) == nil) }

    @Test(arguments: [
        "", "a", "@example.com", "a@", "a@b@c", "Alice <a@example.com>", "<a@example.com>", "a b@example.com", "a@example.com\r\nRCPT TO:<x@y>",
        "a@exam ple.com",
        "a..b@example.com", ".a@example.com", "a@-x.com", "a@x..com", "jörg@example.com", "a@bücher.example", "\"a\"@example.com", "a@[127.0.0.1]",
        "a\u{0}@x.y",
        "a@x.com,b@x.com", String(repeating: "x", count: 65) + "@example.com",
    ])
    func whatIsNoAddressIsNot(_ text: String) { #expect(MailAddress.issue(text) != nil) }

    @Test func settingsThatCannotWorkAreRefused() throws {
        var options = try options()
        #expect(options.issues.isEmpty)
        options.batch = 101
        options.recipients = ["nobody"]
        options.sender = "x"
        options.hello = "-"
        options.server = try MailServer("smtp://mail.example.com", security: MailServer.Security.none)
        options.login = OutboundMail.Login(user: "u", password: "p")
        #expect(options.issues.map(\.key) == ["url", "password", "sender", "to", "helo", "batch"])
        #expect(throws: SinkError.self) {
            try EmailSink(name: "x", options: options, resources: SinkResources(transport: try CurlTransport(), version: "1"))
        }
    }
}
