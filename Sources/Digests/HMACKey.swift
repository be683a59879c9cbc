import CLibSSL

/// The hash functions a signature may be made with.
package enum HashAlgorithm: String, Sendable, CaseIterable {
    case sha1, sha256, sha512

    /// Bytes in a digest.
    package var digestLength: Int {
        switch self {
        case .sha1: 20
        case .sha256: 32
        case .sha512: 64
        }
    }
}

/// A key for HMAC (RFC 2104), prepared once: its two hash states are copied for every message.
package struct HMACKey: Sendable {
    private enum States: Sendable {
        case sha1(inner: SHA_CTX, outer: SHA_CTX)
        case sha256(inner: SHA256_CTX, outer: SHA256_CTX)
        case sha512(inner: SHA512_CTX, outer: SHA512_CTX)
    }

    private let states: States

    /// Prepares `key`, of any length, for `algorithm`.
    package init(_ key: [UInt8], algorithm: HashAlgorithm) {
        switch algorithm {
        case .sha1:
            let pads = Self.pads(key, block: 64) { SHA1($0, $1, $2) }
            var inner = SHA_CTX(), outer = SHA_CTX()
            SHA1_Init(&inner)
            SHA1_Update(&inner, pads.inner, 64)
            SHA1_Init(&outer)
            SHA1_Update(&outer, pads.outer, 64)
            states = .sha1(inner: inner, outer: outer)
        case .sha256:
            let pads = Self.pads(key, block: 64) { SHA256($0, $1, $2) }
            var inner = SHA256_CTX(), outer = SHA256_CTX()
            SHA256_Init(&inner)
            SHA256_Update(&inner, pads.inner, 64)
            SHA256_Init(&outer)
            SHA256_Update(&outer, pads.outer, 64)
            states = .sha256(inner: inner, outer: outer)
        case .sha512:
            let pads = Self.pads(key, block: 128) { SHA512($0, $1, $2) }
            var inner = SHA512_CTX(), outer = SHA512_CTX()
            SHA512_Init(&inner)
            SHA512_Update(&inner, pads.inner, 128)
            SHA512_Init(&outer)
            SHA512_Update(&outer, pads.outer, 128)
            states = .sha512(inner: inner, outer: outer)
        }
    }

    /// The authentication code of the message whose `parts` follow one another.
    package func code(for parts: UnsafeRawBufferPointer...) -> [UInt8] { code(for: parts) }

    /// The authentication code of the message whose `parts` follow one another.
    package func code(for parts: [UnsafeRawBufferPointer]) -> [UInt8] {
        switch states {
        case .sha1(var inner, var outer):
            for part in parts where !part.isEmpty { SHA1_Update(&inner, part.baseAddress, part.count) }
            var digest = [UInt8](repeating: 0, count: 20)
            SHA1_Final(&digest, &inner)
            SHA1_Update(&outer, digest, digest.count)
            SHA1_Final(&digest, &outer)
            return digest
        case .sha256(var inner, var outer):
            for part in parts where !part.isEmpty { SHA256_Update(&inner, part.baseAddress, part.count) }
            var digest = [UInt8](repeating: 0, count: 32)
            SHA256_Final(&digest, &inner)
            SHA256_Update(&outer, digest, digest.count)
            SHA256_Final(&digest, &outer)
            return digest
        case .sha512(var inner, var outer):
            for part in parts where !part.isEmpty { SHA512_Update(&inner, part.baseAddress, part.count) }
            var digest = [UInt8](repeating: 0, count: 64)
            SHA512_Final(&digest, &inner)
            SHA512_Update(&outer, digest, digest.count)
            SHA512_Final(&digest, &outer)
            return digest
        }
    }

    private static func pads(
        _ key: [UInt8], block: Int, hash: (UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<UInt8>?) -> UnsafeMutablePointer<UInt8>?
    ) -> (inner: [UInt8], outer: [UInt8]) {
        var padded = [UInt8](repeating: 0, count: block)
        if key.count > block {
            _ = hash(key, key.count, &padded)
        } else {
            padded.replaceSubrange(0..<key.count, with: key)
        }
        return (padded.map { $0 ^ 0x36 }, padded.map { $0 ^ 0x5c })
    }
}
