import Testing

@testable import Ingest

struct ParsedHeadTests {
    private func parse(_ lines: String) -> Result<ParsedHead, MalformedRequest> {
        withBytes(lines + "\r\n") { bytes in Result { () throws(MalformedRequest) in try ParsedHead(bytes) } }
    }

    private func fields(_ lines: String) -> Result<ParsedHead, MalformedRequest> { parse("POST /in/a HTTP/1.1\r\nHost: a\r\n" + lines) }

    @Test func readsWhatMatters() throws {
        let head = try fields("Content-Length:\t 12 \r\nConnection: Keep-Alive, Close\r\nExpect: 100-Continue\r\nX:\r\n").get()
        #expect(head.line.method == .post && head.line.target == 5..<10)
        #expect(head.framing == .length(12) && head.closes && head.expectsContinue && head.isJSON && !head.hasContentEncoding)
        #expect(head.fields.count == 5)
        #expect(try fields("Transfer-Encoding: Chunked\r\n").get().framing == .chunked)
        #expect(try fields("").get().framing == .length(0))
        #expect(try fields("Content-Length: 99999999999999999999999\r\n").get().framing == .length(.max))
    }

    @Test(arguments: [
        ("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", MalformedRequest.conflictingLengths),
        ("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", .conflictingLengths),
        ("Content-Length: 5\r\nContent-Length: 5\r\n", .conflictingLengths),
        ("Content-Length: 5\r\nContent-Length: 6\r\n", .conflictingLengths),
        ("Content-Length: 5, 5\r\n", .contentLength),
        ("Content-Length: +5\r\n", .contentLength),
        ("Content-Length: -5\r\n", .contentLength),
        ("Content-Length: 0x5\r\n", .contentLength),
        ("Content-Length: 5 5\r\n", .contentLength),
        ("Content-Length:\r\n", .contentLength),
        ("Content-Length: 5\t\r\n", .contentLength),
        ("Transfer-Encoding: chunked \t\r\n", .transferEncoding),
        ("Transfer-Encoding: identity\r\n", .transferEncoding),
        ("Transfer-Encoding: gzip\r\n", .transferEncoding),
        ("Transfer-Encoding: gzip, chunked\r\n", .transferEncoding),
        ("Transfer-Encoding: chunked, chunked\r\n", .transferEncoding),
        ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", .transferEncoding),
        ("Transfer-Encoding: xchunked\r\n", .transferEncoding),
        ("Transfer-Encoding: \u{b}chunked\r\n", .header),
        ("Content-Length : 5\r\n", .header),
        (" Content-Length: 5\r\n", .header),
        ("X: 1\r\n folded\r\n", .header),
        ("X: a\rb\r\n", .header),
        ("X: a\u{0}b\r\n", .header),
        (": 5\r\n", .header),
        ("X\r\n", .header),
        ("X\u{e9}: 1\r\n", .header),
        ("Host: b\r\n", .host),
    ])
    func refusesWhatTwoReadersMightTakeDifferently(_ row: (lines: String, reason: MalformedRequest)) {
        #expect(throws: row.reason) { try fields(row.lines).get() }
    }

    @Test(arguments: [
        ("GET / HTTP/1.01", MalformedRequest.version), ("GET / HTTP/2.0", .version), ("GET / HTTP/1.2", .version), ("GET / HTTP/0.9", .version),
        ("GET / HTTP/1.10", .version), ("GET /", .version),
        ("GET / http/1.1", .requestLine), ("GET  / HTTP/1.1", .requestLine), ("GET / HTTP/1.1 ", .requestLine), (" GET / HTTP/1.1", .requestLine),
        ("GET / x HTTP/1.1", .requestLine), ("GET /\u{e9} HTTP/1.1", .requestLine), ("G(T / HTTP/1.1", .requestLine), ("GET", .requestLine),
        ("GET\t/ HTTP/1.1", .requestLine), ("GET /\u{7f} HTTP/1.1", .requestLine), ("PRI * HTTP/2.0", .version),
    ])
    func refusesOtherRequestLines(_ row: (line: String, reason: MalformedRequest)) {
        #expect(throws: row.reason) { try parse(row.line + "\r\nHost: a\r\n").get() }
    }

    @Test func wantsOneHost() {
        #expect(throws: MalformedRequest.host) { try parse("GET / HTTP/1.1\r\n").get() }
    }

    @Test func speaksHTTP10WithALength() throws {
        let head = try parse("POST /in/a HTTP/1.0\r\nContent-Length: 2\r\nConnection: keep-alive\r\nExpect: 100-continue\r\n").get()
        #expect(head.closes && !head.expectsContinue && head.framing == .length(2))
        #expect(try parse("GET /healthz HTTP/1.0\r\nHost: a\r\n").get().closes)
        #expect(throws: MalformedRequest.contentLength) { try parse("POST /in/a HTTP/1.0\r\n").get() }
        #expect(throws: MalformedRequest.transferEncoding) { try parse("POST /in/a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n").get() }
        #expect(throws: MalformedRequest.host) { try parse("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n").get() }
    }

    @Test(arguments: [("identity", false), ("Identity", false), ("gzip", true), ("identity, gzip", true), ("", true)])
    func knowsTheContentEncodingThatChangesNothing(_ row: (value: String, isEncoded: Bool)) throws {
        #expect(try fields("Content-Encoding: \(row.value)\r\n").get().hasContentEncoding == row.isEncoded)
        #expect(try fields("Content-Encoding: \(row.value)\r\nContent-Encoding: identity\r\n").get().hasContentEncoding == row.isEncoded)
    }

    @Test(arguments: [
        ("application/json", true), ("APPLICATION/JSON", true), ("application/json;charset=utf-8", true), ("application/json ; a=\"b\"", true), ("", true),
        ("application/vnd.api+json", true), ("text/x+JSON; v=1", true), ("+json", false), ("a+json", false), ("/+json", false), ("a/+json", false),
        ("a/b/c+json", false), ("application/jsonx", false), ("text/plain", false), ("application/x-ndjson", false), (";", false), ("a/b c+json", false),
        ("text/json", true), ("TEXT/JSON; charset=utf-8", true), ("text/jsonx", false), ("application/json, text/plain", false),
    ])
    func knowsJSONTypes(_ row: (value: String, isJSON: Bool)) {
        #expect(withBytes(row.value) { MediaType.isJSON($0) } == row.isJSON)
    }
}
