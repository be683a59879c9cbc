import Testing

@testable import Ingest

struct HeadScannerTests {
    private func scan(_ text: String, bytesMax: Int = 1000, fieldsMax: Int = 3) -> HeadScanner.Progress {
        var scanner = HeadScanner(bytesMax: bytesMax, fieldsMax: fieldsMax)
        return withBytes(text) { scanner.scan($0) }
    }

    @Test func findsTheEndOfAHead() {
        #expect(scan("GET / HTTP/1.1\r\nHost: a\r\n\r\nrest") == .complete(length: 27))
        #expect(scan("GET / HTTP/1.1\r\n\r\n") == .complete(length: 18))
        #expect(scan("GET / HTTP/1.1\r\nHost: a\r\n") == .incomplete)
        #expect(scan("GET / HTTP/1.1\r\nHost: a\r\n\r") == .incomplete)
        #expect(scan("") == .incomplete)
    }

    @Test(arguments: ["GET / HTTP/1.1\n\n", "GET / HTTP/1.1\r\nHost: a\n\r\n", "GET / HTTP/1.1\r\n\n", "\nGET", "\u{16}\u{3}\u{1}", "\r\n"])
    func refusesBareLineFeedsAndWhatIsNoRequest(_ text: String) {
        #expect(scan(text) == .malformed)
    }

    @Test func refusesTooManyBytesOrFields() {
        #expect(scan("GET / HTTP/1.1\r\na: 1\r\nb: 2\r\nc: 3\r\n\r\n") == .complete(length: 36))
        #expect(scan("GET / HTTP/1.1\r\na: 1\r\nb: 2\r\nc: 3\r\nd: 4\r\n") == .tooLarge(requestLine: 14))
        let exact = "GET / HTTP/1.1\r\na: " + String(repeating: "x", count: 1000 - 23) + "\r\n\r\n"
        #expect(exact.utf8.count == 1000)
        #expect(scan(exact) == .complete(length: 1000))
        #expect(scan(exact, bytesMax: 999) == .tooLarge(requestLine: 14))
        #expect(scan("GET /" + String(repeating: "x", count: 1000)) == .tooLarge(requestLine: nil))
        // What follows a complete head does not count.
        #expect(scan(exact + String(repeating: "x", count: 5000)) == .complete(length: 1000))
    }

    @Test func saysTheSameHoweverTheBytesArrive() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        let heads = [
            "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "POST /in/a HTTP/1.1\r\na: 1\r\nb: 2\r\nc: 3\r\nd: 4\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\n\r\n",
            "GET / HTTP/1.1\r\n" + String(repeating: "x", count: 1200),
        ]
        for head in heads {
            let whole = scan(head)
            for _ in 0..<50 {
                var scanner = HeadScanner(bytesMax: 1000, fieldsMax: 3)
                var end = 0
                var progress = HeadScanner.Progress.incomplete
                while progress == .incomplete, end < head.utf8.count {
                    end = min(head.utf8.count, end + Int.random(in: 1...9, using: &random))
                    progress = withBytes(head) { scanner.scan(UnsafeRawBufferPointer(rebasing: $0[..<end])) }
                }
                #expect(progress == whole, "seed \(seed)")
            }
        }
    }
}
