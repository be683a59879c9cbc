import Testing

@testable import Adapters

struct HeaderMaskTests {
    private func mask(_ text: String) -> String {
        let mask = HeaderMask(names: ["Authorization", "cookie", "Set-Cookie"])
        guard let masked = text.withBytes({ mask.masked($0) }) else { return text }
        let result = String(decoding: masked, as: UTF8.self)
        // Masking once is enough.
        #expect(result.withBytes { mask.masked($0) } == nil)
        return result
    }

    @Test func aRequestKeepsEverythingButItsCredentials() {
        let request =
            "POST /login?next=/a HTTP/1.1\r\nHost: a.test\r\nAUTHORIZATION:Basic S1\r\ncookie:  a=S2; b=S3\r\nCookies: plain\r\nX-Cookie: plain\r\n\r\nuser=a&cookie=b"
        let expected =
            "POST /login?next=/a HTTP/1.1\r\nHost: a.test\r\nAUTHORIZATION:[redacted]\r\ncookie:  [redacted]\r\nCookies: plain\r\nX-Cookie: plain\r\n\r\nuser=a&cookie=b"
        #expect(mask(request) == expected)
        #expect(mask(request.replacing("\r\n", with: "\n")) == expected.replacing("\r\n", with: "\n"))
        #expect(mask("```http\n\(request)\n```") == "```http\n\(expected)\n```")
    }

    @Test func aResponseKeepsItsStatusLineAndBody() {
        #expect(
            mask("```\nHTTP/1.1 200 OK\r\nSet-Cookie: sid=S1; Path=/\r\nset-cookie: b=S2\r\nServer: x\r\n\r\n<p>Cookie policy</p>\n```")
                == "```\nHTTP/1.1 200 OK\r\nSet-Cookie: [redacted]\r\nset-cookie: [redacted]\r\nServer: x\r\n\r\n<p>Cookie policy</p>\n```")
    }

    @Test(arguments: [
        // Folded over several lines.
        ("Cookie: a=S1;\r\n b=S2;\r\n\tc=S3\r\nHost: x", "Cookie: [redacted]\r\nHost: x"),
        ("Cookie: a=S1\n\nbody", "Cookie: [redacted]\n\nbody"),
        ("Cookie: a=S1\n  \nbody", "Cookie: [redacted]\n  \nbody"),
        ("Cookie: a=S1", "Cookie: [redacted]"),
        ("Cookie:\r\n a=S1\r\nHost: x", "Cookie:[redacted]\r\nHost: x"),
        // With nothing in it.
        ("Cookie:", "Cookie:"), ("Cookie: \r\nHost: x", "Cookie: \r\nHost: x"),
        // Indented, quoted, in a list, after a fence.
        ("    Cookie: S1\n", "    Cookie: [redacted]\n"), ("> Cookie : S1\n", "> Cookie : [redacted]\n"), ("* `Cookie: S1`\nx", "* `Cookie: [redacted]\nx"),
        ("```Cookie: S1\n```", "```Cookie: [redacted]\n```"),
        // As arguments of a command.
        ("curl -H 'Cookie: a=S1' https://a.test/x", "curl -H 'Cookie: [redacted]' https://a.test/x"),
        ("curl -H \"Authorization: Bearer \\\"S1\\\" S2\" https://a.test", "curl -H \"Authorization: [redacted]\" https://a.test"),
        // Inside a string literal.
        (#"GET / HTTP/1.1\r\nCookie: a=S1\r\nHost: x\n"#, #"GET / HTTP/1.1\r\nCookie: [redacted]\r\nHost: x\n"#),
        (#"Cookie: a=S1\nS2"#, "Cookie: [redacted]"),
        // Lines that end as on old systems.
        ("GET /\rCookie: S1\rHost: x", "GET /\rCookie: [redacted]\rHost: x"), ("Host: x\rCookie: S1\rS2\nbody", "Host: x\rCookie: [redacted]\nbody"),
        // Not a header line.
        ("the cookie: a biscuit", "the cookie: a biscuit"), ("cookie=S", "cookie=S"), ("/path/cookie: x", "/path/cookie: x"), ("", ""), (":", ":"),
        ("cookie", "cookie"),
        ("Cookie\u{301}: x", "Cookie\u{301}: x"),
    ])
    func valuesOfHeaderLinesAreMasked(text: String, expected: String) {
        #expect(mask(text) == expected)
    }

    @Test func aHugeTextTakesNoLongerThanItsLength() {
        let text = String(repeating: "cookie:a\r", count: 100_000) + String(repeating: "cookie ", count: 100_000)
        #expect(mask(text).utf8.count > 1_000_000)
    }
}
