import CLibSSL

/// A SHA-256 digest (FIPS 180-4): 32 bytes that compare and hash as a value.
package struct SHA256Digest: Hashable, Sendable {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// The digest that `bytes` hold, or nothing when they are not exactly 32.
    package init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        withUnsafeMutableBytes(of: &words) { $0.copyBytes(from: bytes) }
        self.words = words
    }

    /// A digest of zero bytes: what comes before the first batch of a journal.
    package static let zero = SHA256Digest(words: (0, 0, 0, 0))

    fileprivate init(words: (UInt64, UInt64, UInt64, UInt64)) { self.words = words }

    package func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try Swift.withUnsafeBytes(of: words, body)
    }

    package var bytes: [UInt8] { withUnsafeBytes { Array($0) } }

    /// 64 lower-case hex digits.
    package var hex: String { withUnsafeBytes { Hex.encode($0) } }

    package static func == (left: SHA256Digest, right: SHA256Digest) -> Bool { left.words == right.words }

    package func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}

/// SHA-256 over bytes that come in pieces; a plain value, so a common beginning can be hashed once and copied.
package struct SHA256Hash: Sendable {
    private var state = SHA256_CTX()

    package init() { SHA256_Init(&state) }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress, !bytes.isEmpty else { return }
        SHA256_Update(&state, base, bytes.count)
    }

    package mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

    package mutating func update(_ text: String) {
        var text = text
        text.withUTF8 { update(UnsafeRawBufferPointer($0)) }
    }

    /// Adds one part of a tuple: its length in bytes as a big-endian 32-bit number, then the bytes, so that
    /// ("ab", "c") and ("a", "bc") differ.
    package mutating func update(part: String) {
        var part = part
        part.withUTF8 { update(part: UnsafeRawBufferPointer($0)) }
    }

    /// Adds one part of a tuple, as `update(part:)` for text does.
    package mutating func update(part: UnsafeRawBufferPointer) {
        withUnsafeBytes(of: UInt32(truncatingIfNeeded: part.count).bigEndian) { update($0) }
        update(part)
    }

    /// The digest of everything added; the hash can go on afterwards.
    package func finish() -> SHA256Digest {
        var copy = state
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        withUnsafeMutableBytes(of: &words) { output in
            _ = SHA256_Final(output.baseAddress?.assumingMemoryBound(to: UInt8.self), &copy)
        }
        return SHA256Digest(words: words)
    }

    package static func digest(of bytes: UnsafeRawBufferPointer) -> SHA256Digest {
        var hash = SHA256Hash()
        hash.update(bytes)
        return hash.finish()
    }

    package static func digest(of bytes: [UInt8]) -> SHA256Digest { bytes.withUnsafeBytes { digest(of: $0) } }
}
