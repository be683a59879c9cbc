import FindingModel
import NIOCore

/// Writes whole answers as bytes; one per event loop, which keeps what is the same in every answer of a second.
package struct AnswerWriter: Sendable {
    private var date = HTTPDate()
    private var acceptedHead: [UInt8] = []
    private var second = Int64.min

    package init() {}

    /// The interim answer that lets a client send its body (RFC 9110 section 15.2.1).
    package static let `continue`: StaticString = "HTTP/1.1 100 Continue\r\n\r\n"

    /// Appends `answer` to `buffer`; `closes` says that the connection will be closed behind it.
    package mutating func write(_ answer: Answer, closes: Bool, at wall: Timestamp, to buffer: inout ByteBuffer) {
        refresh(wall)
        switch answer {
        case .accepted(let receipt): writeAccepted(receipt, closes: closes, to: &buffer)
        case .healthy(let withBody): writePlain(#"{"status":"ok"}"#, withBody: withBody, closes: closes, to: &buffer)
        case .ready(let withBody, let standing): writePlain(standing.body, withBody: withBody, closes: closes, to: &buffer)
        case .refused(let refused): writeRefused(refused, closes: closes, to: &buffer)
        }
    }

    private mutating func refresh(_ wall: Timestamp) {
        let now = wall.milliseconds / 1000
        guard now != second else { return }
        second = now
        date = HTTPDate(wall)
        acceptedHead = Array("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n".utf8) + date.field + Array("Content-Length: ".utf8)
    }

    private func writeAccepted(_ receipt: UInt64, closes: Bool, to buffer: inout ByteBuffer) {
        let front: StaticString = #"{"message":"accepted","receipt":""#
        buffer.writeBytes(acceptedHead)
        buffer.writeDecimal(UInt64(front.utf8CodeUnitCount + 2) + UInt64(receipt.decimalDigits))
        buffer.writeStaticString(closes ? "\r\nConnection: close\r\n\r\n" : "\r\n\r\n")
        buffer.writeStaticString(front)
        buffer.writeDecimal(receipt)
        buffer.writeStaticString("\"}")
    }

    private func writePlain(_ body: String, withBody: Bool, closes: Bool, to buffer: inout ByteBuffer) {
        buffer.writeBytes(acceptedHead)
        buffer.writeDecimal(UInt64(body.utf8.count))
        buffer.writeStaticString(closes ? "\r\nConnection: close\r\n\r\n" : "\r\n\r\n")
        if withBody { buffer.writeString(body) }
    }

    private func writeRefused(_ refused: RefusedAnswer, closes: Bool, to buffer: inout ByteBuffer) {
        var body = ByteBufferAllocator().buffer(capacity: 160)
        body.writeStaticString(#"{"error":""#)
        body.writeStaticString(refused.code.sentence)
        if let position = refused.position {
            body.writeStaticString(" at byte ")
            body.writeDecimal(UInt64(clamping: position))
            body.writeStaticString(".")
        }
        body.writeStaticString(#"","code":""#)
        body.writeString(refused.code.word)
        body.writeStaticString("\"}")
        buffer.writeStaticString("HTTP/1.1 ")
        buffer.writeStaticString(refused.code.status.phrase)
        buffer.writeStaticString("\r\nContent-Type: application/json\r\n")
        buffer.writeBytes(date.field)
        if let seconds = refused.retryAfter {
            buffer.writeStaticString("Retry-After: ")
            buffer.writeDecimal(UInt64(clamping: seconds))
            buffer.writeStaticString("\r\n")
        }
        if let allow = refused.allow {
            buffer.writeStaticString("Allow: ")
            buffer.writeStaticString(allow)
            buffer.writeStaticString("\r\n")
        }
        // RFC 9110 section 15.5.2 wants a challenge; it names no vendor's scheme, so that every 401 is the same.
        if refused.code == .unauthorized { buffer.writeStaticString("WWW-Authenticate: Weir\r\n") }
        if closes { buffer.writeStaticString("Connection: close\r\n") }
        buffer.writeStaticString("Content-Length: ")
        buffer.writeDecimal(UInt64(body.readableBytes))
        buffer.writeStaticString("\r\n\r\n")
        if refused.withBody { buffer.writeBuffer(&body) }
    }
}

extension UInt64 {
    /// How many decimal digits it takes.
    var decimalDigits: Int {
        var digits = 1, rest = self / 10
        while rest > 0 {
            digits += 1
            rest /= 10
        }
        return digits
    }
}

extension ByteBuffer {
    /// Appends `value` in decimal digits.
    mutating func writeDecimal(_ value: UInt64) {
        let digits = value.decimalDigits
        writeWithUnsafeMutableBytes(minimumWritableBytes: digits) { bytes in
            var rest = value
            for index in stride(from: digits - 1, through: 0, by: -1) {
                bytes[index] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            }
            return digits
        }
    }
}
