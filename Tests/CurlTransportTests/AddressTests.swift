import Bytes
import Testing

@testable import CurlTransport

struct AddressTests {
    @Test(arguments: [
        ("8.8.8.8", AddressClass.publicUse), ("2606:4700:4700::1111", .publicUse), ("172.15.255.255", .publicUse), ("172.32.0.0", .publicUse),
        ("100.63.255.255", .publicUse), ("100.128.0.0", .publicUse), ("169.253.255.255", .publicUse), ("223.255.255.255", .publicUse),
        ("127.0.0.1", .loopback), ("127.255.255.255", .loopback), ("::1", .loopback),
        ("10.0.0.1", .privateUse), ("172.16.0.1", .privateUse), ("172.31.255.255", .privateUse), ("192.168.1.1", .privateUse),
        ("100.64.0.1", .privateUse), ("fc00::1", .privateUse), ("fdff::1", .privateUse), ("fec0::1", .privateUse),
        ("169.254.169.254", .metadata), ("169.254.170.2", .metadata), ("100.100.100.200", .metadata), ("168.63.129.16", .metadata),
        ("192.0.0.192", .metadata), ("fd00:ec2::254", .metadata), ("fd20:ce::254", .metadata),
        ("169.254.0.1", .linkLocal), ("169.254.255.255", .linkLocal), ("fe80::1", .linkLocal), ("febf::1", .linkLocal),
        ("0.0.0.0", .unspecified), ("0.1.2.3", .unspecified), ("::", .unspecified),
        ("224.0.0.1", .multicast), ("239.255.255.255", .multicast), ("ff02::1", .multicast), ("255.255.255.255", .broadcast),
        ("192.0.2.1", .reserved), ("198.18.0.1", .reserved), ("198.51.100.7", .reserved), ("203.0.113.9", .reserved), ("240.0.0.1", .reserved),
        ("2001:db8::1", .reserved), ("2001::1", .reserved), ("100::1", .reserved),
        ("::ffff:255.255.255.255", .broadcast),
    ])
    func everyAddressHasOneClass(_ text: String, _ expected: AddressClass) throws {
        #expect(AddressClass(try #require(IPAddress(text))) == expected)
    }

    @Test(arguments: [
        // IPv4 inside IPv6: mapped, compatible, translated, NAT64, 6to4.
        ("::ffff:169.254.169.254", AddressClass.metadata), ("::ffff:10.0.0.1", .privateUse), ("::ffff:8.8.8.8", .publicUse), ("::127.0.0.1", .loopback),
        ("::ffff:0:127.0.0.1", .loopback), ("64:ff9b::a9fe:a9fe", .metadata), ("64:ff9b::7f00:1", .loopback), ("64:ff9b::808:808", .publicUse),
        ("2002:a9fe:a9fe::1", .metadata), ("2002:7f00:1::", .loopback), ("2002:a00:1::1", .privateUse), ("2002:808:808::1", .publicUse),
        ("::ffff:0.0.0.0", .unspecified), ("::2", .unspecified), ("64:ff9b:1::a9fe:a9fe", .metadata), ("64:ff9b:1::808:808", .publicUse),
    ])
    func anAddressThatStandsForOneIsOfItsClass(_ text: String, _ expected: AddressClass) throws {
        #expect(try #require(IPAddress(text)).reached.map { AddressClass($0) } == [expected])
    }

    @Test func everyBlockOfTheTableIsWellFormed() {
        #expect(AddressClass.blocks.count == AddressClass.table.reduce(0) { $0 + $1.blocks.count })
    }

    @Test(arguments: [
        // networks, address, without TLS, allowed
        ("", "8.8.8.8", false, true), ("", "8.8.8.8", true, false), ("8.8.8.0/24", "8.8.8.8", true, true), ("", "127.0.0.1", false, false),
        ("127.0.0.0/8", "127.0.0.1", true, true), ("127.0.0.0/8", "10.0.0.1", false, false), ("10.0.0.0/8", "10.0.0.1", false, true),
        ("10.0.0.0/8", "::ffff:10.0.0.1", true, true), ("10.0.0.0/8", "64:ff9b::a00:1", true, true), ("0.0.0.0/0", "169.254.169.254", false, false),
        ("169.254.169.254", "169.254.169.254", false, false), ("::/0", "fe80::1", false, false), ("::/0", "::ffff:169.254.169.254", false, false),
        ("::/0", "fd00:ec2::254", false, false), ("0.0.0.0/0", "0.0.0.0", false, false), ("0.0.0.0/0", "255.255.255.255", false, false),
        ("224.0.0.0/4", "224.0.0.1", false, false), ("fd00::/8", "fd12::1", true, true), ("", "203.0.113.1", false, false),
        ("2002::/16", "2002:808:808::1", true, true), ("2002::/16", "2002:a9fe:a9fe::1", true, false),
        // The metadata service behind a translator of the network's own, whatever the length of its prefix.
        ("::/0", "64:ff9b:1::169.254.169.254", false, false), ("::/0", "64:ff9b:1:abcd::169.254.169.254", false, false),
        ("::/0", "64:ff9b:1:0:a9:fea9:fe00::", false, false), ("::/0", "64:ff9b:1:a9:fe:a9fe::", false, false),
        ("::/0", "64:ff9b:1:a9fe:a9:fe00::", false, false), ("::/0", "64:ff9b:1::e000:1", false, false), ("::/0", "64:ff9b:1::a00:1", false, true),
        ("10.0.0.0/8", "64:ff9b:1::a00:1", true, true), ("", "64:ff9b:1::a00:1", false, false), ("", "64:ff9b:1::808:808", false, true),
        ("10.0.0.0/8", "64:ff9b:1:c0a8::a00:1", false, false), ("64:ff9b:1::/48", "64:ff9b:1:c0a8::a00:1", true, true),
        // Teredo and ISATAP are themselves and what they stand for: 2001:0:…:5601:5601 is 169.254.169.254.
        ("::/0", "2001::5601:5601", false, false), ("", "2001::f7f7:f7f7", false, false), ("2001::/32", "2001::f7f7:f7f7", false, true),
        ("::/0", "2001:4860::5efe:169.254.169.254", false, false), ("", "2001:4860::5efe:10.0.0.1", false, false),
        ("", "2001:4860::5efe:8.8.8.8", false, true), ("::ffff:0:0/96", "10.0.0.1", false, true),
    ])
    func policyDecides(_ networks: String, _ address: String, _ plain: Bool, _ allowed: Bool) throws {
        let policy = DestinationPolicy(networks: AddressBlockList(networks.isEmpty ? [] : [try AddressBlock(networks)]))
        #expect((policy.decide(try #require(IPAddress(address)), plain: plain) == .allowed) == allowed)
    }

    @Test func refusalsNameTheAddressAndTheReason() throws {
        let policy = DestinationPolicy(networks: [])
        #expect(
            policy.decide(try #require(IPAddress("64:ff9b::a9fe:a9fe")), plain: false)
                == .refused("64:ff9b::a9fe:a9fe (that is 169.254.169.254) is a cloud metadata address, which is never allowed"))
        #expect(
            policy.decide(try #require(IPAddress("10.0.0.1")), plain: false)
                == .refused("10.0.0.1 is a private address that `networks` does not list"))
    }
}
