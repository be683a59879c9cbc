import Testing

@testable import Ingest

struct ChunkedDecoderTests {
    /// The body and what follows it, from bytes that arrive `size` at a time; nothing while the body goes on.
    private func decode(_ text: String, size: Int = .max) throws(MalformedRequest) -> (body: String, rest: String)? {
        var decoder = ChunkedDecoder()
        var body: [UInt8] = [], rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let piece = Array(rest.prefix(size))
            let step: Result<ChunkedDecoder.Step, MalformedRequest> = piece.withUnsafeBytes { bytes in
                Result { () throws(MalformedRequest) in try decoder.step(bytes) }
            }
            switch try step.get() {
            case .data(let range):
                body += piece[range]
                rest = rest.dropFirst(range.upperBound)
            case .needsMore(let consumed): rest = rest.dropFirst(consumed)
            case .end(let consumed):
                return (String(decoding: body, as: UTF8.self), String(decoding: rest.dropFirst(consumed), as: UTF8.self))
            }
        }
        return nil
    }

    @Test(arguments: [
        ("5\r\nhello\r\n0\r\n\r\n", "hello"), ("0\r\n\r\n", ""), ("000\r\n\r\n", ""), ("A\r\n0123456789\r\n1\r\nx\r\n0\r\n\r\n", "0123456789x"),
        ("5;a=b;c\r\nhello\r\n0;c\r\n\r\n", "hello"), ("5\r\nhello\r\n0\r\nX: y\r\nZ:\r\n\r\n", "hello"), ("00000005\r\nhello\r\n0\r\n\r\n", "hello"),
    ])
    func takesBodiesApart(_ row: (text: String, body: String)) throws {
        for size in [1, 2, 3, 7, Int.max] {
            let result = try #require(try decode(row.text + "GET", size: size))
            #expect(result == (row.body, "GET"))
        }
    }

    @Test(arguments: [
        "5\nhello\r\n0\r\n\r\n", "5\r\nhello0\r\n\r\n", "5\r\nhello\n0\r\n\r\n", "5 \r\nhello\r\n0\r\n\r\n", " 5\r\nhello\r\n0\r\n\r\n",
        "0x5\r\nhello\r\n0\r\n\r\n",
        "\r\nhello", ";a\r\n", "-1\r\n", "+5\r\nhello", "5\r\nhello\r\r\n0\r\n\r\n", "5;a\nb\r\nhello", "5;\r\nhello", "5;a=\r\nhello", "5;a=b=c\r\nhello",
        "5;a b\r\nhello", "5;a=\"b\"\r\nhello", "5;\u{e9}\r\nhello", "11111111111111111\r\n", "5\r\nhello\r\n0\r\nX y\r\n\r\n",
        "5\r\nhello\r\n0\r\n: y\r\n\r\n", "5\r\nhello\r\n0\r\n X: y\r\n\r\n", "5\r\nhello\r\n0\r\nX: y\n\r\n", "g\r\n", "5\r\nhello\r\n0\r\n\rX",
    ])
    func refusesOtherFraming(_ text: String) {
        for size in [1, Int.max] { #expect(throws: MalformedRequest.chunk) { try decode(text, size: size) } }
    }

    @Test(arguments: ["Content-Length: 5", "content-length:5", "TRANSFER-ENCODING: chunked"])
    func refusesLengthsBehindTheBody(_ field: String) {
        #expect(throws: MalformedRequest.conflictingLengths) { try decode("5\r\nhello\r\n0\r\nA: b\r\n\(field)\r\n\r\n") }
    }

    @Test func boundsWhatIsPassedOver() {
        #expect(throws: MalformedRequest.chunk) { try decode("1;" + String(repeating: "x", count: 17_000)) }
        #expect(throws: MalformedRequest.chunk) { try decode("0\r\n" + String(repeating: "a: b\r\n", count: 6000)) }
    }

    @Test func takesTheLargestSizeWithoutOverflow() throws {
        #expect(try decode("ffffffffffffffff\r\nhello") == nil)
    }
}
