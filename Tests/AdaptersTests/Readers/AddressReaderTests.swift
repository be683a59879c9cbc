import Testing

@testable import Adapters

struct AddressReaderTests {
    private func parts(
        ip: String? = nil, hostname: String? = nil, port: Int? = nil, url: String? = nil, path: String? = nil, type: String, protocolName: String? = nil
    ) -> AddressParts {
        var parts = AddressParts()
        (parts.ip, parts.hostname, parts.port, parts.url, parts.path, parts.type, parts.protocolName) = (ip, hostname, port, url, path, type, protocolName)
        return parts
    }

    @Test func urlsAreTakenApart() {
        #expect(
            AddressReader.read("https://Shop.example.test:8443/a/b?q=1#f")
                == parts(hostname: "shop.example.test", port: 8443, url: "https://Shop.example.test:8443/a/b?q=1#f", path: "/a/b", type: "web"))
        #expect(AddressReader.read("https://shop.example.test") == parts(hostname: "shop.example.test", url: "https://shop.example.test", type: "web"))
        #expect(AddressReader.read("http://192.0.2.7/") == parts(ip: "192.0.2.7", url: "http://192.0.2.7/", path: "/", type: "web"))
        #expect(
            AddressReader.read("http://[2001:DB8::1]:80/x") == parts(ip: "2001:db8::1", port: 80, url: "http://[2001:DB8::1]:80/x", path: "/x", type: "web"))
        #expect(AddressReader.read("ssh://host:22") == parts(hostname: "host", port: 22, url: "ssh://host:22", type: "host"))
        #expect(AddressReader.read("tcp://192.0.2.7:25") == parts(ip: "192.0.2.7", port: 25, url: "tcp://192.0.2.7:25", type: "ip", protocolName: "tcp"))
    }

    @Test(arguments: [
        ("shop.example.test", ["Shop.Example.test", "shop.example.test.", " shop.example.test ", "shop.example.test/", "ｓｈｏｐ.example.test"]),
        ("xn--mnchen-3ya.example.test", ["münchen.example.test", "MÜNCHEN.example.test.", "mu\u{308}nchen.example.test", "XN--MNCHEN-3YA.example.test"]),
        (
            "https://shop.example.test",
            ["https://Shop.example.test/", "HTTPS://shop.example.test.:443//", "https://ana:p@shop.example.test", "https://shop.example.test:"]
        ),
        ("https://shop.example.test/A?q=1#F", ["https://SHOP.example.test:0443/A/?q=1#F", "https://shop.example.test/A?q=1#F"]),
        ("http://shop.example.test:443/a", ["http://shop.example.test:443/a/"]),
        ("http://[2001:db8::1]/x", ["http://[2001:DB8:0::1]:80/x"]), ("2001:db8::1", ["[2001:DB8::1]", "2001:db8:0:0::1", "2001:db8::1%eth0"]),
        ("[2001:db8::1]:443", ["[2001:DB8::1]:443"]), ("shop.example.test:443/tcp", ["Shop.example.test:443/TCP"]),
        ("shop.example.test:443", ["SHOP.example.test:443/"]), ("192.0.2.7", ["192.0.2.7/", "::ffff:192.0.2.7"]),
    ])
    func howeverAnAddressIsSpeltItsNormalFormIsOne(form: String, spellings: [String]) {
        for text in [form] + spellings { #expect(NormalForm.address.text(of: text) == form, "\(text)") }
    }

    @Test(arguments: [
        "", " ", "Web shop", "192.0.2.0/24", "arn:aws:s3:::B", "*.Example.test", "https://A b/", "http://[::1", "mailto:a@b", ".", "-", "1.2.3", "🐟",
        String(repeating: "a", count: 70_000),
    ])
    func whatIsNoAddressStaysAsItIs(text: String) {
        #expect(NormalForm.address.text(of: text) == text)
        #expect(NormalForm.port.text(of: text) == text)
    }

    @Test func userNameAndPasswordAreCut() {
        #expect(AddressReader.read("https://ana:p@ss@shop.example.test/x")?.url == "https://shop.example.test/x")
        #expect(AddressReader.read("https://token@shop.example.test")?.hostname == "shop.example.test")
        #expect(AddressReader.read("ana@shop.example.test") == nil)
    }

    @Test func hostsAndAddressesStandAlone() {
        #expect(AddressReader.read(" web01.Example.test. ") == parts(hostname: "web01.example.test", type: "host"))
        #expect(AddressReader.read("web01") == parts(hostname: "web01", type: "host"))
        #expect(AddressReader.read("web01.example.test:443") == parts(hostname: "web01.example.test", port: 443, type: "host"))
        #expect(AddressReader.read("web01.example.test:443/tcp") == parts(hostname: "web01.example.test", port: 443, type: "host", protocolName: "tcp"))
        #expect(AddressReader.read("shop.example.test/login?x") == parts(hostname: "shop.example.test", path: "/login", type: "host"))
        #expect(AddressReader.read("203.0.113.24") == parts(ip: "203.0.113.24", type: "ip"))
        #expect(AddressReader.read("203.0.113.24:8080") == parts(ip: "203.0.113.24", port: 8080, type: "ip"))
        #expect(AddressReader.read("2001:db8:0:0:1:0:0:1") == parts(ip: "2001:db8::1:0:0:1", type: "ip"))
        #expect(AddressReader.read("[2001:db8::1]:443") == parts(ip: "2001:db8::1", port: 443, type: "ip"))
        #expect(AddressReader.read("fe80::1%eth0") == parts(ip: "fe80::1", type: "ip"))
        #expect(AddressReader.read("::ffff:192.0.2.1") == parts(ip: "192.0.2.1", type: "ip"))
        var foreign = parts(hostname: "xn--rksmrgs-5wao1o.example", type: "host")
        foreign.writtenHostname = "räksmörgås.example"
        #expect(AddressReader.read("räksmörgås.example") == foreign)
    }

    @Test(arguments: [
        "", "Web shop (staging)", "192.0.2.0/24", "2001:db8::/32", "1.2.3", "999.1.1.1", "010.0.0.1", "0x7f.1", "2130706433", "-x.test", "a..b", "a-.b", "a.-b",
        "host.0x1f", "host:0",
        "host:99999", "host:abc", "https://", "https:///x", "://x", "http://[::1", "http://[x]/", "http://a b/", "host\n", "a:b:c", "x\u{0}y",
        String(repeating: "a", count: 64) + ".test", "host\r\nX: y",
    ])
    func otherTextIsNoAddress(text: String) {
        let reading = AddressReader.read(text)
        // A line end at either side is a blank like any other.
        #expect(reading == (text == "host\n" ? parts(hostname: "host", type: "host") : nil))
    }
}
