import Gateway
import Logging
import Synchronization
import Testing

struct LogTests {
    @Test(arguments: [
        ("plain words", "plain words"), ("two\nlines\r", "two\\nlines\\u{d}"), ("\u{1b}[31mred", "\\u{1b}[31mred"), ("a\u{202e}b", "a\\u{202e}b"),
        ("å 漢 🙂", "å 漢 🙂"), ("\u{85}\u{2028}", "\\u{85}\\u{2028}"), ("\r\n", "\\u{d}\\n"),
    ]) func noTextCanEndALineOrCommandATerminal(text: String, shown: String) {
        var line: [UInt8] = []
        LogText.append(text, to: &line)
        #expect(String(decoding: line, as: UTF8.self) == shown)
    }

    @Test func anEventIsOneLineWithItsFieldsInOrder() throws {
        let lines = Mutex<[String]>([])
        var handler = LineLogHandler(label: "ingest") { line in lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) } }
        handler[metadataKey: "source"] = "shop"
        let logger = Logger(label: "ingest") { [handler] _ in handler }
        logger.warning("refused", metadata: ["reason": "bad signature", "detail": "says \"no\"\n", "empty": ""])
        logger.debug("not shown")
        let line = try #require(lines.withLock { $0.first })
        #expect(lines.withLock { $0.count } == 1)
        #expect(line.dropFirst(24) == " warning ingest: refused detail=\"says \\\"no\\\"\\n\" empty=\"\" reason=\"bad signature\" source=shop\n")
        #expect(line.utf8.filter { $0 == 10 }.count == 1)
    }
}
