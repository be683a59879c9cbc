import Digests
import Testing

struct HexTests {
    @Test func writesAndReadsEveryByte() {
        let bytes = [UInt8](0...255)
        let text = Hex.encode(bytes)
        #expect(text.utf8.count == 512)
        #expect(text.hasPrefix("000102030405060708090a0b0c0d0e0f10"))
        #expect(Hex.decode(text.utf8) == bytes)
        #expect(Hex.decode(text.uppercased().utf8) == bytes)
        #expect(Hex.decode("".utf8) == [])
    }

    @Test(arguments: ["0", "000", "0g", "g0", " 0", "0x", "é", "٣٤", "/0", ":0", "@0", "`0"]) func refusesWhatIsNoHex(text: String) {
        #expect(Hex.decode(text.utf8) == nil)
    }
}
