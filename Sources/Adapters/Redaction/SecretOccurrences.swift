/// Finds a source's own secrets in text, as they are, in base 64, and as a URL would escape them.
struct SecretOccurrences: Sendable {
    /// Shorter ones would hit text that has nothing to do with them.
    static let shortest = 4

    /// The longest first, so that a secret that contains another goes as a whole.
    private let needles: [Needle]

    init(_ secrets: [[UInt8]]) {
        var needles: Set<[UInt8]> = []
        for secret in secrets where secret.count >= Self.shortest {
            needles.insert(secret)
            needles.insert(Array(Base64.encode(secret).utf8))
            needles.insert(Self.percentEncoded(secret))
        }
        self.needles = needles.sorted { $0.count > $1.count }.map { Needle($0) }
    }

    var isEmpty: Bool { needles.isEmpty }

    /// Whether one of them is in `bytes`.
    func isFound(in bytes: UnsafeRawBufferPointer) -> Bool {
        needles.contains { $0.find(in: bytes, from: 0) != nil }
    }

    /// `bytes` with each occurrence replaced by `[redacted]`; nothing when there is none.
    func replaced(in bytes: UnsafeRawBufferPointer) -> [UInt8]? {
        guard isFound(in: bytes) else { return nil }
        var text = Array(bytes)
        for needle in needles { text = Self.replace(needle, in: text) }
        return text
    }

    private static func replace(_ needle: Needle, in text: [UInt8]) -> [UInt8] {
        text.withUnsafeBytes { bytes in
            var output: [UInt8] = []
            var start = 0
            while let found = needle.find(in: bytes, from: start) {
                output += bytes[start..<found]
                output.append(contentsOf: RedactionMark.removed.bytes)
                start = found + needle.bytes.count
            }
            output += bytes[start...]
            return output
        }
    }

    /// Escaped but for the unreserved characters (RFC 3986 section 2.3).
    private static func percentEncoded(_ bytes: [UInt8]) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return bytes.flatMap { byte -> [UInt8] in
            if byte.isLetter || byte.isDigit || "-._~".utf8.contains(byte) { return [byte] }
            return [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
    }
}

/// Bytes to look for, with how far a search may jump for the byte under the needle's end (Horspool 1980).
private struct Needle: Sendable {
    let bytes: [UInt8]
    private let jumps: [Int]

    /// `bytes` are one at least.
    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var jumps = [Int](repeating: bytes.count, count: 256)
        for (index, byte) in bytes.dropLast().enumerated() { jumps[Int(byte)] = bytes.count - 1 - index }
        self.jumps = jumps
    }

    func find(in text: UnsafeRawBufferPointer, from start: Int) -> Int? {
        let count = bytes.count
        guard let last = bytes.last else { return nil }
        return bytes.withUnsafeBytes { needle in
            var end = start + count - 1
            while end < text.count {
                let byte = text[end]
                let first = end - count + 1
                if byte == last, UnsafeRawBufferPointer(rebasing: text[first...end]).elementsEqual(needle) { return first }
                end += jumps[Int(byte)]
            }
            return nil
        }
    }
}

extension StaticString {
    /// The text's UTF-8 bytes.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: utf8Start, count: utf8CodeUnitCount) }
}
