import Digests
import Testing

struct SHA256Tests {
    /// FIPS 180-4's examples (NIST, "Secure Hashing: Example Values"), and a million times "a".
    @Test(arguments: [
        ("", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"),
        ("a", 1_000_000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ])
    func matchesThePublishedDigests(text: String, times: Int, hex: String) {
        let bytes = Array(String(repeating: text, count: times).utf8)
        #expect(SHA256Hash.digest(of: bytes).hex == hex)
        var hash = SHA256Hash()
        for start in stride(from: 0, to: bytes.count, by: 4097) { hash.update(Array(bytes[start..<min(start + 4097, bytes.count)])) }
        #expect(hash.finish().hex == hex)
    }

    @Test func goesOnAfterADigest() {
        var hash = SHA256Hash()
        hash.update("a")
        let copy = hash
        _ = hash.finish()
        hash.update("bc")
        #expect(hash.finish() == SHA256Hash.digest(of: Array("abc".utf8)))
        #expect(copy.finish() == SHA256Hash.digest(of: Array("a".utf8)))
    }

    @Test func partsAreTheirLengthAndTheirBytes() {
        var parts = SHA256Hash(), plain = SHA256Hash()
        parts.update(part: "ab")
        parts.update(part: "")
        plain.update([0, 0, 0, 2, 0x61, 0x62, 0, 0, 0, 0])
        #expect(parts.finish() == plain.finish())
    }

    @Test func aDigestIs32Bytes() {
        let digest = SHA256Hash.digest(of: Array("abc".utf8))
        #expect(SHA256Digest(digest.bytes) == digest)
        #expect(SHA256Digest(digest.bytes.dropLast()) == nil)
        #expect(SHA256Digest(digest.bytes + [0]) == nil)
        for position in 0..<32 {
            var other = digest.bytes
            other[position] ^= 1
            #expect(SHA256Digest(other) != digest)
        }
        #expect(SHA256Digest.zero.bytes == [UInt8](repeating: 0, count: 32))
    }
}
