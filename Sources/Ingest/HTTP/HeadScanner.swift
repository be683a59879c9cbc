/// Finds the end of a request's head in bytes that arrive in any pieces, looking at each byte once, and keeps the head within its limits.
///
/// It runs before anything is parsed or stored, so that a head over the limit costs its bytes and no more.
package struct HeadScanner: Sendable {
    /// What is known about the head after the bytes seen.
    package enum Progress: Equatable, Sendable {
        /// The head goes on.
        case incomplete
        /// The head, with its empty line, takes `length` bytes.
        case complete(length: Int)
        /// The head has too many bytes or fields; `requestLine` is the length of its first line without the line end, where that was seen.
        case tooLarge(requestLine: Int?)
        /// A line does not end in CR LF.
        case malformed
    }

    /// Empty lines that may stand before a request line (RFC 9112 section 2.2 asks for at least one).
    package static let blankLinesMax = 4

    private let bytesMax: Int
    private let fieldsMax: Int
    private var lineStart = 0
    private var scanned = 0
    private var lines = 0
    private var requestLine: Int?

    /// A scanner at the first byte of a head of at most `bytesMax` bytes, request line, line ends and empty line included, and
    /// `fieldsMax` fields.
    package init(bytesMax: Int, fieldsMax: Int) {
        self.bytesMax = bytesMax
        self.fieldsMax = fieldsMax
    }

    /// Whether no byte has been looked at.
    package var isAtStart: Bool { scanned == 0 }

    /// Whether the request line has not ended.
    package var isInFirstLine: Bool { requestLine == nil }

    /// Looks at what is new in `bytes`, which begin where the head begins and hold everything that was seen before.
    package mutating func scan(_ bytes: UnsafeRawBufferPointer) -> Progress {
        while let end = bytes.firstLineFeed(from: scanned) {
            scanned = end + 1
            guard end > lineStart, bytes[end - 1] == 0x0d else { return .malformed }
            let length = end - 1 - lineStart
            lineStart = end + 1
            if lineStart > bytesMax { return .tooLarge(requestLine: requestLine) }
            if requestLine == nil {
                guard length > 0 else { return .malformed }
                requestLine = length
            } else if length == 0 {
                return .complete(length: lineStart)
            } else {
                lines += 1
                if lines > fieldsMax { return .tooLarge(requestLine: requestLine) }
            }
        }
        scanned = bytes.count
        if bytes.count > bytesMax { return .tooLarge(requestLine: requestLine) }
        // What cannot become a method (a TLS handshake, say) is refused at once.
        if requestLine == nil, let first = bytes.first, !ByteClass.isToken(first) { return .malformed }
        return .incomplete
    }

    /// How many bytes at the start of `bytes` are whole empty lines, which are passed over before a request line.
    package static func blankLines(_ bytes: UnsafeRawBufferPointer) -> Int {
        var length = 0
        while length + 1 < bytes.count, bytes[length] == 0x0d, bytes[length + 1] == 0x0a { length += 2 }
        return length
    }
}
