import Bytes
import Adapters
import Testing

@testable import Ingest

struct ForwardedForTests {
    @Test(arguments: [
        ("203.0.113.9", ["1.2.3.4"], "203.0.113.9"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.7"], "198.51.100.7"),
        ("::ffff:10.0.0.1", ["198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["1.1.1.1, 198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["198.51.100.7, 10.0.0.2"], "198.51.100.7"),
        ("10.0.0.1", ["1.1.1.1", "198.51.100.7", "10.0.0.3 ,10.0.0.2"], "198.51.100.7"),
        ("10.0.0.1", ["10.0.0.9, 10.0.0.8"], "10.0.0.9"),
        ("10.0.0.1", ["::ffff:198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["198.51.100.7:1234"], "198.51.100.7"),
        ("10.0.0.1", ["[2001:db8::1]:1234"], "2001:db8::1"),
        ("10.0.0.1", ["[2001:db8::1]"], "2001:db8::1"),
        ("10.0.0.1", ["2001:DB8:0::1"], "2001:db8::1"),
        ("10.0.0.1", ["198.51.100.7, garbage"], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.7, , 10.0.0.2"], "10.0.0.2"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("10.0.0.1", ["unknown"], "10.0.0.1"),
        ("10.0.0.1", ["_hidden"], "10.0.0.1"),
        ("10.0.0.1", ["010.0.0.7"], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100"], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.7:"], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.7:123456"], "10.0.0.1"),
        ("10.0.0.1", ["[2001:db8::1"], "10.0.0.1"),
        ("10.0.0.1", ["[]"], "10.0.0.1"),
        ("10.0.0.1", ["fe80::1%eth0"], "10.0.0.1"),
    ])
    func findsTheRightMostUntrustedHop(_ row: (peer: String, values: [String], client: String)) throws {
        let trusted = AddressBlockList([try AddressBlock("10.0.0.0/8")])
        let peer = try #require(IPAddress(row.peer))
        let storage = row.values.map { Array($0.utf8) }
        func withAll(_ rest: ArraySlice<[UInt8]>, _ found: [UnsafeRawBufferPointer]) -> IPAddress {
            guard let first = rest.first else { return ForwardedFor.client(peer: peer, values: found) { trusted.contains($0) } }
            return first.withUnsafeBytes { withAll(rest.dropFirst(), found + [$0]) }
        }
        #expect(withAll(storage[...], []).description == row.client)
    }
}
