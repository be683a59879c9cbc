import Testing

@testable import Bytes

struct AddressBlockTests {
    @Test(arguments: [
        ("192.0.2.0/24", "192.0.2.255", true), ("192.0.2.0/24", "192.0.3.0", false), ("192.0.2.7", "192.0.2.7", true), ("192.0.2.7", "192.0.2.8", false),
        ("0.0.0.0/0", "255.1.2.3", true), ("0.0.0.0/0", "2001:db8::1", false), ("::/0", "2001:db8::1", true), ("::/0", "192.0.2.1", false),
        ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/32", "2001:db9::", false), ("2001:db8::1/128", "2001:db8::1", true),
        ("127.0.0.0/8", "::ffff:127.1.2.3", true), ("::ffff:192.0.2.0/120", "192.0.2.9", true), ("192.0.2.128/25", "192.0.2.127", false),
        ("192.0.2.0/24", "192.0.2.1:80", false), ("192.0.2.0/24", "192.0.2.01", false), ("192.0.2.0/24", "", false), ("127.0.0.0/8", "127.1", false),
        ("192.0.2.6/31", "192.0.2.7", true), ("10.0.0.0/8", "11.0.0.0", false), ("::/0", "fe80::1", true), ("fd00::/8", "fdff:ffff::1", true),
        ("fd00::/8", "fc00::1", false), ("2001:db8::/64", "2001:db8::ffff", true), ("2001:db8::/64", "2001:db8:0:1::", false),
        ("2001:db8::8000/113", "2001:db8::ffff", true), ("2001:db8::8000/113", "2001:db8::7fff", false),
        ("2001:db8::8000:0:0:0/65", "2001:db8::7fff:0:0:0", false), ("2001:db8::8000:0:0:0/65", "2001:db8::ffff:0:0:0", true),
    ])
    func aBlockHoldsTheAddressesWithItsBeginning(block: String, address: String, isInside: Bool) throws {
        #expect(AddressBlockList([try AddressBlock(block)]).contains(address) == isInside)
    }

    @Test(arguments: [
        "", "/", "/24", "192.0.2.0/", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/024", "192.0.2.0/ 24", "192.0.2.0/24/1", "192.0.2/24", "010.0.0.0/8",
        "0x7f.0.0.0/8", "10.0.0.0/0008", "10/8", "127.1", "10.0.0.0/8/8", " 10.0.0.0/8",
        "127.1/8", "2001:db8::/129", "2001:db8::1%eth0/64", "example.test", "192.0.2.0/255.255.255.0", "192.0.2.0/+24",
    ])
    func otherTextIsNoBlock(text: String) {
        #expect(throws: AddressBlockError.self) { try AddressBlock(text) }
    }

    @Test(arguments: [("192.0.2.5/24", "192.0.2.0/24"), ("2001:db8::1/32", "2001:db8::/32"), ("::ffff:192.0.2.5/120", "192.0.2.0/24")])
    func bitsBeyondTheBeginningAreASlip(text: String, hint: String) {
        let error = #expect(throws: AddressBlockError.self) { try AddressBlock(text) }
        #expect(error?.hint == hint)
    }

    @Test func blocksHaveOneSpelling() throws {
        for text in ["192.0.2.0/24", "0.0.0.0/0", "2001:db8::/32", "::/0"] { #expect(try AddressBlock(text).description == text) }
        #expect(try AddressBlock("192.0.2.7").description == "192.0.2.7/32")
        #expect(try AddressBlock("::ffff:192.0.2.0/120").description == "192.0.2.0/24")
    }

    @Test(arguments: [
        ("0.0.0.0/0", true), ("128.0.0.0/1", true), ("0.0.0.0/2", false), ("::/0", true), ("2000::/3", true), ("2000::/4", false), ("10.0.0.0/8", false),
    ])
    func halfOfAllAddressesIsNearlyEverything(text: String, expected: Bool) throws {
        #expect(try AddressBlock(text).isNearlyEverything == expected)
    }
}
