import Testing

@testable import Bytes

struct IPAddressTests {
    @Test(arguments: [
        ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("2001:db8::ff00:42:8329", "2001:db8::ff00:42:8329"),
        ("2001:0db8:0000:0000:0000:ff00:0042:8329", "2001:db8::ff00:42:8329"),
        ("1:0:0:2:0:0:0:3", "1:0:0:2::3"), ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"), ("1:0:3:4:5:6:7:8", "1:0:3:4:5:6:7:8"),
        ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
        ("::FFFF:10.1.2.3", "10.1.2.3"), ("::ffff:a01:203", "10.1.2.3"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
    ])
    func addressesHaveOneSpelling(text: String, canonical: String) {
        #expect(IPAddress(text)?.description == canonical)
    }

    @Test(arguments: [
        "", ":", ":::", "1:", ":1", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7::8", "12345::", "g::", "::1.2.3", "::1.2.3.4.5",
        "1.2.3.4::",
        "127.1", "1.2.3.4.", ".1.2.3.4", "1..2.3", "01.2.3.4", "1.2.3.04", "256.1.1.1", "1.2.3.4 ", "fe80::1%eth0", "[::1]", "1:2:3:4:5:6:7:1.2.3.4", "١.2.3.4",
    ])
    func otherSpellingsAreNoAddress(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test func addressesComeFromBytes() {
        #expect(IPAddress(bytes: [192, 0, 2, 1])?.description == "192.0.2.1")
        #expect(IPAddress(bytes: [UInt8](repeating: 0, count: 15) + [1])?.description == "::1")
        #expect(IPAddress(bytes: [UInt8](repeating: 0, count: 10) + [255, 255, 10, 0, 0, 1])?.description == "10.0.0.1")
        #expect(IPAddress(bytes: []) == nil)
    }

    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1/32"), ("::ffff:192.0.2.1", "192.0.2.1/32"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("::1", "::/64"),
    ])
    func addressesAreCountedByTheSixtyFour(text: String, block: String) throws {
        #expect(try #require(IPAddress(text)).countingBlock.description == block)
        #expect(try #require(IPAddress(text)).countingBlock == AddressBlock(block))
    }

    @Test(arguments: [
        ("192.0.2.1", ["192.0.2.1"]), ("2001:db8::1", ["2001:db8::1"]), ("::", ["::"]), ("::1", ["::1"]),
        // Mapped, compatible, translated, NAT64, 6to4.
        ("::ffff:192.0.2.1", ["192.0.2.1"]), ("::192.0.2.1", ["192.0.2.1"]), ("::2", ["0.0.0.2"]), ("::ffff:0:192.0.2.1", ["192.0.2.1"]),
        ("64:ff9b::192.0.2.1", ["192.0.2.1"]), ("2002:c000:201::1", ["192.0.2.1"]), ("2002:a9fe:a9fe::5efe:808:808", ["169.254.169.254"]),
        // Local NAT64 with a prefix of 96, 64, 56 and 48 bits, the second of RFC 6052's table alike.
        ("64:ff9b:1::192.0.2.33", ["192.0.2.33"]), ("64:ff9b:1:abcd::192.0.2.33", ["171.205.0.0", "205.0.0.0", "192.0.2.33"]),
        ("64:ff9b:1:0:c0:2:2100::", ["192.0.2.33", "33.0.0.0"]), ("64:ff9b:1:c0:0:221::", ["192.0.2.33"]),
        ("64:ff9b:1:c000:2:2100::", ["192.0.2.33", "2.33.0.0"]), ("64:ff9b:1::1", ["0.0.0.1"]),
        // Teredo and ISATAP are reached themselves too.
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", ["2001:0:4136:e378:8000:63bf:3fff:fdd2", "192.0.2.45"]),
        ("2001:db8::5efe:192.0.2.1", ["2001:db8::5efe:c000:201", "192.0.2.1"]), ("2001:db8::200:5efe:c000:201", ["2001:db8::200:5efe:c000:201", "192.0.2.1"]),
    ])
    func anAddressMayStandForAnother(text: String, reached: [String]) throws {
        #expect(try #require(IPAddress(text)).reached.map(\.description) == reached)
    }
}
