import Digests
import Testing

struct ConstantTimeTests {
    @Test func equalMeansTheSameBytes() {
        let secret = RandomBytes.secure(64)
        #expect(ConstantTime.equal(secret, secret))
        #expect(ConstantTime.equal([], []))
        #expect(!ConstantTime.equal(secret, []))
        #expect(!ConstantTime.equal(secret, secret.dropLast()))
        #expect(!ConstantTime.equal(secret, secret + [0]))
        for position in 0..<64 {
            for bit in 0..<8 {
                var other = secret
                other[position] ^= 1 << bit
                #expect(!ConstantTime.equal(secret, other))
            }
        }
        #expect(ConstantTime.equal("abc".utf8, Array("abc".utf8)))
    }

    @Test func randomBytesAreNew() {
        #expect(RandomBytes.secure(0) == [])
        #expect(RandomBytes.secure(16).count == 16)
        #expect(RandomBytes.secure(16) != RandomBytes.secure(16))
    }
}
