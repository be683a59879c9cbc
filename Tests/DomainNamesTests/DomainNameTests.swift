import DomainNames
import Testing

/// One host has one name, however it is written.
struct DomainNameTests {
    @Test(arguments: [
        ("shop.example", "shop.example"), ("SHOP.Example.", "shop.example"), ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER.example", "xn--bcher-kva.example"), ("bu\u{308}cher.example", "xn--bcher-kva.example"), ("XN--BCHER-KVA.example", "xn--bcher-kva.example"),
        ("faß.example", "xn--fa-hia.example"), ("例え。テスト", "xn--r8jz45g.xn--zckzah"), ("my_host", "my_host"), ("shop.example..", "shop.example"),
        ("bücher.example.", "xn--bcher-kva.example"),
        ("ｓｈｏｐ.example", "shop.example"),
    ])
    func namesHaveOneForm(name: String, ascii: String) {
        #expect(DomainName.ascii(name) == ascii)
    }

    @Test(arguments: [
        "", ".", "..", "a\0b", "\u{202E}evil.example", "bü cher.example", String(repeating: "a", count: 254),
        "é" + String(repeating: "x", count: 70) + ".example",
        String(repeating: "é.", count: 2000), "\u{FFFD}.example", "-é-.example",
    ])
    func textThatIsNoNameHasNone(name: String) {
        #expect(DomainName.ascii(name) == nil)
    }

    @Test func everyFormIsItsOwn() throws {
        for name in ["bücher.example", "faß.example", "例え.テスト", "ليهمابتكلموشعربي.example"] {
            let ascii = try #require(DomainName.ascii(name))
            #expect(DomainName.ascii(ascii) == ascii)
        }
    }
}
