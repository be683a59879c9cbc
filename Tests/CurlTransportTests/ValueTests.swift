import Bytes
import Testing

@testable import CurlTransport

struct ValueTests {
    /// 2026-03-02T10:00:00Z.
    static let now: Int64 = 1_772_445_600

    @Test(arguments: [
        ("120", 120), ("0", 0), (" 7 ", 7), ("99999999", 31_622_400), ("99999999999999999999999999", 31_622_400),
        ("Mon, 02 Mar 2026 10:00:30 GMT", 30), ("Monday, 02-Mar-26 10:01:00 GMT", 60), ("Mon Mar  2 10:00:05 2026", 5),
        ("Mon, 02 Mar 2026 09:00:00 GMT", 0), ("Wed, 21 Oct 2065 07:28:00 GMT", 31_622_400),
    ])
    func retryAfterIsSecondsOrADate(_ value: String, _ seconds: Int) {
        #expect(RetryAfter.parse(value, now: Self.now) == .seconds(Int64(seconds)))
    }

    @Test(arguments: ["", "soon", "-5", "1.5", "5 s", "0x10", "+3", "Mon, 99 Mar 2026 10:00:00 GMT", "\u{661}"])
    func otherRetryAfterIsIgnored(_ value: String) { #expect(RetryAfter.parse(value, now: Self.now) == nil) }

    @Test(arguments: [
        "https://example.com", "https://example.com:8443/a/b?c=d", "http://127.0.0.1:9000/hook", "https://[2001:db8::1]/x", "HTTPS://EXAMPLE.com/",
        "http://2130706433/",
    ])
    func destinationsAreAccepted(_ text: String) throws { #expect(try OutboundURL(text).text == text) }

    @Test(arguments: [
        "", "example.com", "/hook", "ftp://example.com/", "file:///etc/passwd", "gopher://example.com", "https://", "https://user@example.com/",
        "https://user:pw@example.com/", "https://example.com/#x", "https://exa mple.com/", "https://example.com/\r\nX: y", "https://b\u{fc}cher.example/",
        "https://example.com/\u{0}", "https://example.com:99999/", "javascript:alert(1)", "https://example.com:80:80/",
    ])
    func otherDestinationsAreRefusedWithoutRepeatingThem(_ text: String) {
        let error = #expect(throws: TransportError.self) { try OutboundURL(text) }
        #expect(error?.code == .invalidRequest)
        #expect(text.isEmpty || error?.message.contains(text) == false)
    }

    @Test func destinationsKnowHostAndScheme() throws {
        #expect(try OutboundURL("https://hooks.example.com/secret").host == "hooks.example.com")
        #expect(try OutboundURL("http://127.0.0.1:1/").isPlain)
        #expect(try OutboundURL("https://127.0.0.1:1/").isPlain == false)
    }

    @Test(arguments: [
        OutboundRequest.Header("X", "a\r\nY: b"), .init("X", "a\nb"), .init("X", "a\u{0}b"), .init("X", "\u{10a}"), .init("X\r\n", "a"), .init("", "a"),
        .init("X Y", "a"),
        .init("X:", "a"), .init("X", "\u{7f}"),
    ])
    func headersThatBreakALineAreRefused(_ header: OutboundRequest.Header) throws {
        var request = OutboundRequest(method: .get, url: try OutboundURL("https://example.com"), policy: DestinationPolicy(networks: []))
        request.headers = [header]
        #expect(throws: TransportError.self) { try request.check() }
    }

    @Test func answersAreKeptUpToTheirLimits() {
        var limits = OutboundRequest.AnswerLimits()
        limits.keptBytes = 10
        limits.readBytes = 20
        limits.headBytes = 100
        func take(_ text: String, head: Bool, into reader: inout AnswerReader) -> Bool {
            Array(text.utf8).withUnsafeBytes { head ? reader.take(headLine: $0) : reader.take(body: $0) }
        }
        var reader = AnswerReader(limits: limits)
        #expect(take("HTTP/1.1 103 Early Hints\r\n", head: true, into: &reader))
        #expect(take("Link: x\r\n", head: true, into: &reader))
        #expect(take("HTTP/1.1 200 OK\r\n", head: true, into: &reader))
        #expect(take("Retry-After: \t 5 \r\n", head: true, into: &reader))
        #expect(reader.headers == [.init("retry-after", "5")])
        #expect(take("12345678", head: false, into: &reader))
        #expect(!reader.isCut)
        #expect(take("90ab", head: false, into: &reader))
        #expect(reader.isCut && reader.body == Array("1234567890".utf8))
        #expect(take("Trailer: x\r\n", head: true, into: &reader) && reader.headers.count == 1)
        #expect(!take("123456789", head: false, into: &reader) && reader.overflow == .body)
        #expect(!take(String(repeating: "x", count: 90), head: true, into: &reader) && reader.overflow == .head)
    }
}
