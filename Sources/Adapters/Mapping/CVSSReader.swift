/// Reads CVSS scores and vectors (FIRST, specifications of CVSS 2.0, 3.0, 3.1 and 4.0).
enum CVSSReader {
    /// A base score, 0 to 10, digits as written.
    static func score(utf8 text: UnsafeRawBufferPointer) -> String? {
        guard let score = NumberReader.decimal(utf8: text), let value = Double(score), (0...10).contains(value) else { return nil }
        return score
    }

    /// A vector as written, without parentheses around it, and its version: `CVSS:3.1/AV:N/…`, or version 2.0's `AV:N/AC:L/Au:N/…`.
    static func vector(utf8 text: UnsafeRawBufferPointer) -> (text: String, version: String)? {
        var bytes = ASCII.trimmed(text)
        if bytes.first == UInt8(ascii: "("), bytes.last == UInt8(ascii: ")"), bytes.count >= 2 {
            bytes = UnsafeRawBufferPointer(rebasing: bytes[1..<bytes.count - 1])
        }
        guard (10...512).contains(bytes.count), bytes.allSatisfy(isVectorByte) else { return nil }
        let vector = String(decoding: bytes, as: UTF8.self)
        let metrics = vector.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard metrics.count >= 3, metrics.allSatisfy(isMetric) else { return nil }
        if metrics[0].starts(with: "CVSS:".utf8) {
            return (vector, String(decoding: Array(metrics[0].dropFirst(5)), as: UTF8.self))
        }
        return metrics[0].starts(with: "AV:".utf8) ? (vector, "2.0") : nil
    }

    private static func isVectorByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: ":"): true
        case UInt8(ascii: "/"), UInt8(ascii: "."): true
        default: false
        }
    }

    /// `AV:N`: a name, a colon, a value.
    private static func isMetric(_ metric: Substring.UTF8View) -> Bool {
        let parts = metric.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        return parts.count == 2 && !parts[0].isEmpty && !parts[1].isEmpty
    }
}
