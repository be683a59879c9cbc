import Testing

@testable import Adapters

struct AddressBlockTests {
    @Test(arguments: [
        ("192.0.2.0/24", "192.0.2.255", true), ("192.0.2.0/24", "192.0.3.0", false), ("192.0.2.7", "192.0.2.7", true), ("192.0.2.7", "192.0.2.8", false),
        ("0.0.0.0/0", "255.1.2.3", true), ("0.0.0.0/0", "2001:db8::1", false), ("::/0", "2001:db8::1", true), ("::/0", "192.0.2.1", false),
        ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/32", "2001:db9::", false), ("2001:db8::1/128", "2001:db8::1", true),
        ("127.0.0.0/8", "::ffff:127.1.2.3", true), ("::ffff:192.0.2.0/120", "192.0.2.9", true), ("192.0.2.128/25", "192.0.2.127", false),
        ("192.0.2.0/24", "192.0.2.1:80", false), ("192.0.2.0/24", "192.0.2.01", false), ("192.0.2.0/24", "", false), ("127.0.0.0/8", "127.1", false),
        ("2001:db8::8000:0:0:0/65", "2001:db8::7fff:0:0:0", false), ("2001:db8::8000:0:0:0/65", "2001:db8::ffff:0:0:0", true),
    ])
    func aBlockHoldsTheAddressesWithItsBeginning(block: String, address: String, isInside: Bool) throws {
        #expect(AddressBlockList([try AddressBlock(block)]).contains(address) == isInside)
    }

    @Test(arguments: [
        "", "/", "/24", "192.0.2.0/", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/024", "192.0.2.0/ 24", "192.0.2.0/24/1", "192.0.2/24", "010.0.0.0/8",
        "0x7f.0.0.0/8",
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

    @Test func addressesComeFromBytes() {
        #expect(IPAddress(bytes: [192, 0, 2, 1])?.description == "192.0.2.1")
        #expect(IPAddress(bytes: [UInt8](repeating: 0, count: 15) + [1])?.description == "::1")
        #expect(IPAddress(bytes: [UInt8](repeating: 0, count: 10) + [255, 255, 10, 0, 0, 1])?.description == "10.0.0.1")
        #expect(IPAddress(bytes: []) == nil)
    }
}
