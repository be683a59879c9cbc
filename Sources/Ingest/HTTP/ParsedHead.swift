/// A header field, as ranges into the head's bytes.
package struct HeaderSpan: Equatable, Sendable {
    package let name: Range<Int>
    /// Without blanks at either end.
    package let value: Range<Int>
}

/// How a request's body ends.
package enum BodyFraming: Equatable, Sendable {
    /// After so many bytes; 0 also for a request without any length. A length beyond an `Int` is `Int.max`.
    case length(Int)
    /// With the chunk of size zero.
    case chunked
}

/// A request's head, checked strictly and cut into ranges; nothing is copied.
///
/// Two readings of one head are how requests are smuggled (RFC 9112 section 11.2), so whatever another reader might take differently is
/// refused: bare line feeds, folded lines, space before a colon, more than one length, transfer codings other than one `chunked`.
package struct ParsedHead: Equatable, Sendable {
    package private(set) var line: RequestLine
    package private(set) var fields: [HeaderSpan] = []
    package private(set) var framing = BodyFraming.length(0)
    /// The client asked for the connection to be closed after the answer.
    package private(set) var closes = false
    /// The client waits for `100 Continue` before it sends the body.
    package private(set) var expectsContinue = false
    /// A Content-Encoding other than `identity` is given.
    package private(set) var hasContentEncoding = false
    /// Every Content-Type given is a JSON type.
    package private(set) var isJSON = true
    /// Any X-Forwarded-For is given.
    package private(set) var hasForwardedFor = false

    /// Bytes of the body that the head announces; 0 where it announces none.
    package var announcedLength: Int {
        if case .length(let length) = framing { length } else { 0 }
    }

    /// Reads `head`, which ends in the empty line that `HeadScanner` found.
    package init(_ head: UnsafeRawBufferPointer) throws(MalformedRequest) {
        guard let end = head.firstLineFeed(from: 0), end > 0 else { throw .requestLine }
        line = try RequestLine(head.part(0..<end - 1))
        fields.reserveCapacity(12)
        var lengths = 0, codings = 0, hosts = 0
        var start = end + 1
        while let end = head.firstLineFeed(from: start), end > start + 1 {
            let field = try Self.field(head, start..<end - 1)
            fields.append(field)
            let before = (lengths, codings)
            try note(head.part(field.name), head.part(field.value), &lengths, &codings, &hosts)
            // Some readers refuse a tab behind what frames a body.
            guard before == (lengths, codings) || !head.part(field.value.upperBound..<end).contains(0x09) else {
                throw lengths > before.0 ? .contentLength : .transferEncoding
            }
            start = end + 1
        }
        // HTTP/1.0 knows no Host, no chunks and no interim answers (RFC 9112 section 6.1, RFC 9110 section 10.1.1), and nothing else than a
        // length that would end a body.
        guard hosts == 1 || hosts == 0 && line.isHTTP10 else { throw .host }
        guard lengths + codings <= 1 else { throw codings > 1 ? .transferEncoding : .conflictingLengths }
        guard line.isHTTP10 else { return }
        guard codings == 0 else { throw .transferEncoding }
        guard lengths == 1 || line.method != .post else { throw .contentLength }
        closes = true
        expectsContinue = false
    }

    private mutating func note(
        _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, _ lengths: inout Int, _ codings: inout Int, _ hosts: inout Int
    ) throws(MalformedRequest) {
        switch name.count {
        case 4 where name.equalsIgnoringCase("host"):
            hosts += 1
        case 6 where name.equalsIgnoringCase("expect"):
            expectsContinue = value.equalsIgnoringCase("100-continue")
        case 10 where name.equalsIgnoringCase("connection"):
            closes = closes || Self.list(value, contains: "close")
        case 12 where name.equalsIgnoringCase("content-type"):
            isJSON = isJSON && MediaType.isJSON(value)
        case 14 where name.equalsIgnoringCase("content-length"):
            lengths += 1
            framing = .length(try Self.length(value))
        case 15 where name.equalsIgnoringCase("x-forwarded-for"):
            hasForwardedFor = true
        case 16 where name.equalsIgnoringCase("content-encoding"):
            hasContentEncoding = hasContentEncoding || !value.equalsIgnoringCase("identity")
        case 17 where name.equalsIgnoringCase("transfer-encoding"):
            codings += 1
            guard value.equalsIgnoringCase("chunked") else { throw .transferEncoding }
            framing = .chunked
        default:
            break
        }
    }

    /// One field line: a token, a colon directly after it, and a value without control characters.
    static func field(_ head: UnsafeRawBufferPointer, _ range: Range<Int>) throws(MalformedRequest) -> HeaderSpan {
        var index = range.lowerBound
        while index < range.upperBound, ByteClass.isToken(head[index]) { index += 1 }
        guard index > range.lowerBound, index < range.upperBound, head[index] == 0x3a else { throw .header }
        let name = range.lowerBound..<index
        var low = index + 1, high = range.upperBound
        for position in low..<high where !ByteClass.isFieldValue(head[position]) { throw .header }
        while low < high, ByteClass.isBlank(head[low]) { low += 1 }
        while high > low, ByteClass.isBlank(head[high - 1]) { high -= 1 }
        return HeaderSpan(name: name, value: low..<high)
    }

    /// Digits only; more than an `Int` holds is too large for any limit.
    private static func length(_ value: UnsafeRawBufferPointer) throws(MalformedRequest) -> Int {
        guard !value.isEmpty else { throw .contentLength }
        var length = 0
        for byte in value {
            guard byte &- 0x30 < 10 else { throw .contentLength }
            let (product, overflow) = length.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(Int(byte &- 0x30))
            length = overflow || carry || length == .max ? .max : sum
        }
        return length
    }

    private static func list(_ value: UnsafeRawBufferPointer, contains word: StaticString) -> Bool {
        value.split(separator: 0x2c).contains { UnsafeRawBufferPointer(rebasing: $0).trimmed().equalsIgnoringCase(word) }
    }
}
