import Testing

@testable import Adapters

struct URLCredentialsTests {
    private func redact(_ text: String) -> String {
        guard let replaced = text.withBytes({ URLCredentials.replaced(in: $0) }) else {
            #expect(!text.withBytes { URLCredentials.isFound(in: $0) })
            return text
        }
        let result = String(decoding: replaced, as: UTF8.self)
        // Once is enough.
        #expect(result.withBytes { URLCredentials.replaced(in: $0) } == nil)
        return result
    }

    @Test(arguments: [
        ("https://user:pass@host.test/", "https://[redacted]@host.test/"),
        ("https://token@host.test", "https://[redacted]@host.test"),
        ("HTTPS://user:@host.test:8443/a@b?c=d@e#f@g", "HTTPS://[redacted]@host.test:8443/a@b?c=d@e#f@g"),
        // The last @ before the path begins the host.
        ("https://user:p@ss:w@rd@host.test", "https://[redacted]@host.test"), ("https://user:pass'(1)*|~^`@[::1]:80/", "https://[redacted]@[::1]:80/"),
        (
            "postgres://admin:secret@db:5432/x and amqp://a:b@mq, jdbc:mysql://root:c@m/",
            "postgres://[redacted]@db:5432/x and amqp://[redacted]@mq, jdbc:mysql://[redacted]@m/"
        ),
        ("<a href=\"http://u:p@h/\">", "<a href=\"http://[redacted]@h/\">"),
        ("curl -x http://u:p@proxy:3128 https://h", "curl -x http://[redacted]@proxy:3128 https://h"),
        // As JSON with escaped slashes inside a text.
        (#"{"u":"https:\/\/user:pass@host\/p"}"#, #"{"u":"https:\/\/[redacted]@host\/p"}"#), (#"x:/\/u@h"#, #"x:/\/[redacted]@h"#),
        ("https://ü:é@host", "https://[redacted]@host"), ("://u:p@h", "://[redacted]@h"), ("a:b://u@h", "a:b://[redacted]@h"),
        ("https://https://u:p@h", "https://https://[redacted]@h"), ("https://[redacted]x@h", "https://[redacted]@h"),
    ])
    func userNamesAndPasswordsGo(text: String, expected: String) {
        #expect(redact(text) == expected)
    }

    @Test(arguments: [
        "", "@", "://", "://@", "https://@host", "https://host.test/", "https://host/@user", "https://host/?a=u:p@h", "https://host#@", "mailto:a@b.test",
        "git@host:repo",
        "user:pass@host", "https:/u@h", "https:u@h", "http://a.test, b@c.test", "http://a.test\n@b", "\"https://a.test\",\"b@c.test\"",
        "https://[redacted]@host", "a@b ://",
        #"https:\\/\\/u@h"#,
    ])
    func otherTextStays(text: String) {
        #expect(redact(text) == text)
    }

    @Test(arguments: [
        ("{}", false), (#"{"a":"b\n\"c\" \u004 \u0041"}"#, false), (#"{"a":"x@y"}"#, true), (#"{"a":"x\u0040y"}"#, true),
        (#"{"a":"{\"b\":\"\\u0040\"}"}"#, true),
        (#"\u004"#, false), ("\\", false),
    ])
    func aBodyWithoutTheSignHoldsNone(body: String, mayOccur: Bool) {
        #expect(body.withBytes { URLCredentials.mayOccur(in: $0) } == mayOccur)
    }

    @Test func aHugeTextTakesNoLongerThanItsLength() {
        let text =
            String(repeating: "http://a:b", count: 100_000) + String(repeating: "://@", count: 100_000) + String(repeating: "h://u@", count: 100_000) + "@"
        #expect(redact(text).utf8.count > 1_000_000)
    }
}
