/// The first line of a request (RFC 9112 section 3), as ranges into the head's bytes.
package struct RequestLine: Equatable, Sendable {
    /// The methods that are told apart; they are case-sensitive.
    package enum Method: Equatable, Sendable { case post, get, head, other }

    package let method: Method
    /// The version is 1.0: the connection ends with the answer.
    package let isHTTP10: Bool
    /// Where the request target stands: visible ASCII, at least one byte.
    package let target: Range<Int>

    /// Reads `line`, which has no line end: method, one space, target, one space, `HTTP/1.1` or `HTTP/1.0`.
    package init(_ line: UnsafeRawBufferPointer) throws(MalformedRequest) {
        var index = 0
        while index < line.count, ByteClass.isToken(line[index]) { index += 1 }
        guard index > 0, index < line.count, line[index] == 0x20 else { throw .requestLine }
        let name = line.part(0..<index)
        method = name.equals("POST") ? .post : name.equals("GET") ? .get : name.equals("HEAD") ? .head : .other
        index += 1
        let start = index
        while index < line.count, ByteClass.isTarget(line[index]) { index += 1 }
        target = start..<index
        // A line without a version is HTTP/0.9.
        guard !target.isEmpty else { throw .requestLine }
        guard index < line.count else { throw .version }
        guard line[index] == 0x20 else { throw .requestLine }
        let version = line.part(index + 1..<line.count)
        isHTTP10 = version.equals("HTTP/1.0")
        guard isHTTP10 || version.equals("HTTP/1.1") else { throw Self.looksLikeVersion(version) ? .version : .requestLine }
    }

    private static func looksLikeVersion(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.count >= 5 && bytes.part(0..<5).equals("HTTP/") && bytes.allSatisfy(ByteClass.isTarget)
    }
}
