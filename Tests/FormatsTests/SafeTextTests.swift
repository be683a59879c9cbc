import Formats
import JSONDocument
import Testing

/// What escapers make is read back by readers written from the formats' rules: one value comes out, equal to what went in.
struct SafeTextTests {
    private static let seeds = 1...400

    private static func text(_ seed: Int) -> String {
        var random = SeededRandom(seed: UInt64(seed))
        return HostileText.make(&random)
    }

    /// The scalars with controls as spaces.
    static func spaced(_ text: String, keeping kept: String = "") -> [Unicode.Scalar] {
        text.unicodeScalars.map { scalar in
            let isControl = scalar.value < 0x20 || (0x7f..<0xa0).contains(scalar.value) || scalar == "\u{2028}" || scalar == "\u{2029}"
            return isControl && !kept.unicodeScalars.contains(scalar) ? " " : scalar
        }
    }

    @Test(arguments: seeds) func htmlHasNoMarkupOfStrangers(seed: Int) {
        let text = Self.text(seed)
        let html = HTMLText.escape(text)
        #expect(!html.utf8.contains { [UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""), UInt8(ascii: "'")].contains($0) })
        let back = TextReaders.html(html)
        let meant = text.unicodeScalars.map { scalar -> Unicode.Scalar in
            let isControl = Self.spaced(String(scalar)) == [" "] && !["\t", "\n", " "].contains(scalar)
            return isControl || scalar == "\u{fffe}" ? "\u{fffd}" : scalar
        }
        #expect(back == meant, "seed \(seed)")
    }

    @Test(arguments: seeds) func aSyslogParameterStaysBetweenItsQuotes(seed: Int) throws {
        let text = Self.text(seed)
        let element = Array("[weir@32473 a=\"".utf8) + SyslogText.parameter(text) + Array("\" b=\"2\"]".utf8)
        let parameters = try #require(TextReaders.structuredData(element), "seed \(seed)")
        #expect(parameters.map(\.name) == ["a", "b"])
        #expect(Array(parameters[0].value.unicodeScalars) == Self.spaced(text), "seed \(seed)")
    }

    @Test(arguments: seeds) func aSyslogMessageIsOneLine(seed: Int) {
        let message = SyslogText.message(Self.text(seed))
        #expect(message.starts(with: [0xef, 0xbb, 0xbf]))
        #expect(!message.contains { $0 < 0x20 || $0 == 0x7f })
        #expect(Array(String(decoding: message.dropFirst(3), as: UTF8.self).unicodeScalars) == Self.spaced(Self.text(seed)))
        let token = SyslogText.token(Self.text(seed), length: 48)
        #expect((1...48).contains(token.count) && token.allSatisfy { (0x21...0x7e).contains($0) })
    }

    @Test(arguments: seeds) func aMailHeaderIsOneHeader(seed: Int) throws {
        let text = Self.text(seed)
        let value = MailHeaderText.value(text)
        let lines = TextReaders.lines(value)
        #expect(lines.allSatisfy { $0.utf8.count <= 76 && $0.utf8.allSatisfy { (0x20...0x7e).contains($0) } })
        #expect(lines.dropFirst().allSatisfy { $0.utf8.first == UInt8(ascii: " ") && $0.utf8.count > 1 })
        #expect(try #require(TextReaders.encodedWords(value)) == Self.spaced(text), "seed \(seed)")
    }

    @Test func aPlainMailHeaderStandsAsItIs() {
        #expect(MailHeaderText.value("[Weir] High: TLS 1.0 on web-1") == "[Weir] High: TLS 1.0 on web-1")
        #expect(MailHeaderText.value("a\r\nBcc: b@c.example") == "a  Bcc: b@c.example")
        #expect(MailHeaderText.value("é") == "=?UTF-8?Q?=C3=A9?=")
    }

    @Test(arguments: seeds) func aLogLineIsOneLineAndReadsBack(seed: Int) {
        let text = Self.text(seed)
        let line = LogText.escape(text)
        #expect(Self.spaced(line) == Array(line.unicodeScalars))
        #expect(!line.unicodeScalars.contains { $0 == "\u{202e}" || $0 == "\u{200b}" || $0 == "\u{feff}" })
        #expect(TextReaders.log(line) == Array(text.unicodeScalars), "seed \(seed)")
    }

    @Test(arguments: seeds) func aCSVFieldIsOneFieldAndNoFormula(seed: Int) throws {
        let text = Self.text(seed)
        let fields = try #require(TextReaders.csv(CSVText.field(text) + "," + CSVText.field("end")), "seed \(seed)")
        #expect(fields.count == 2)
        let field = fields[0]
        let meant = text.unicodeScalars.map { $0 == "\0" ? "\u{fffd}" : $0 }
        #expect(field == meant || field == ["'"] + meant, "seed \(seed)")
        let first = field.first { !$0.properties.isWhitespace || $0 == "\t" || $0 == "\r" }
        #expect(!["=", "+", "-", "@", "\t", "\r"].contains(first), "seed \(seed)")
    }

    @Test(arguments: seeds) func slackShowsTextAndCallsNobody(seed: Int) {
        let text = Self.text(seed)
        let mrkdwn = SlackText.mrkdwn(text)
        #expect(!mrkdwn.utf8.contains(UInt8(ascii: "<")) && !mrkdwn.utf8.contains(UInt8(ascii: ">")))
        #expect(Self.spaced(mrkdwn) == Array(mrkdwn.unicodeScalars))
        let scalars = Array(mrkdwn.unicodeScalars)
        let marks: [Unicode.Scalar] = ["@", "#", "*", "_", "~", "`", ":"]
        for (sign, next) in zip(scalars, scalars.dropFirst() + ["\u{2026}"]) where marks.contains(sign) { #expect(next == "\u{2060}", "seed \(seed)") }
        #expect(scalars.first { $0 != " " } != "&" || !String(String.UnicodeScalarView(scalars.drop { $0 == " " })).hasPrefix("&gt;"), "seed \(seed)")
        #expect(TextReaders.html(mrkdwn).filter { $0 != "\u{2060}" } == Self.spaced(text), "seed \(seed)")
        for limit in [1, 2, 7, 40] {
            let cut = SlackText.mrkdwn(text, limit: limit).unicodeScalars
            #expect(cut.count <= limit && (cut.elementsEqual(scalars) || cut.last == "…" && scalars.starts(with: cut.dropLast())), "seed \(seed)")
        }
    }

    @Test(arguments: seeds) func anAtlassianParagraphHoldsTextOnly(seed: Int) throws {
        let text = Self.text(seed)
        let paragraph = try JSONValue(parsing: ADFText.paragraph(text).bytes)
        #expect(paragraph["type"]?.stringValue == "paragraph")
        var back: [Unicode.Scalar] = []
        for node in paragraph["content"]?.arrayValue ?? [] {
            switch node["type"]?.stringValue {
            case "hardBreak":
                #expect(node.objectValue?.count == 1)
                back.append("\n")
            case "text":
                let text = node["text"]?.stringValue ?? ""
                #expect(node.objectValue?.map(\.name) == ["type", "text"] && !text.isEmpty)
                back += text.unicodeScalars
            default: Issue.record("a node of another type, seed \(seed)")
            }
        }
        #expect(back == TextReaders.adfLines(text), "seed \(seed)")
    }
}
