import Digests
import FindingModel
import State
import Testing

@Suite struct ContentHashTests {
    /// Texts that end before, at and behind the ends of blocks.
    @Test(arguments: [0, 1, 7, 63, 230, 237, 238, 239, 246, 247, 248, 255, 256, 257, 511, 512, 513, 5000])
    func piecesOfAnyLengthHashAsTheBytesTheyStandFor(length: Int) {
        let text = String(repeating: "x", count: length)
        func number(_ value: Int) -> [UInt8] { withUnsafeBytes(of: Int64(value).bigEndian) { Array($0) } }
        let part = number(length) + Array(text.utf8)
        var hash = ContentHash()
        hash.add("finding")
        hash.add(text)
        hash.add(nil as String?)
        hash.add(text as String?)
        hash.add(RawJSON(bytes: Array(text.utf8)))
        hash.add([text, text])
        hash.add(nil as Int64?)
        hash.add(5 as Int64?)
        let head = number(7) + Array("finding".utf8) + part + [0] + [1] + part
        let bytes = head + [1] + part + number(2) + part + part + [0] + [1] + number(5)
        let expected = SHA256Hash.digest(of: bytes).withUnsafeBytes { UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)) }
        #expect(hash.finish() == expected)
    }
}
