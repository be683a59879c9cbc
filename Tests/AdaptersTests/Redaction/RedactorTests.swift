import JSONDocument
import Testing
import YAMLDocument

@testable import Adapters

struct RedactorTests {
    /// What the rules in `yaml` (`redact`, `clear`, `json`, `names`) make of a body; nothing when it stays as it is.
    private func redact(_ body: String, yaml: String = "", secrets: [String] = []) throws -> (text: String, removed: [String])? {
        let rules = try Self.rules(yaml)
        let redactor = Redactor(rules: rules, secrets: secrets.map { Array($0.utf8) })
        let result = try Self.run(redactor, Array(body.utf8))
        guard case .rewritten(let bytes, let removed) = result else { return nil }
        // What was redacted once must stay as it is, and be JSON.
        #expect(try Self.run(redactor, bytes) == .unchanged)
        return (String(decoding: bytes, as: UTF8.self), removed)
    }

    static func run(_ redactor: Redactor, _ body: [UInt8]) throws -> RedactionResult {
        var parser = JSONParser()
        return try body.withUnsafeBytes { redactor.redact(try parser.parse($0), body: $0) }
    }

    static func rules(_ yaml: String) throws -> RedactionRules {
        guard !yaml.isEmpty else { return RedactionRules() }
        let node = try YAMLDocument.parse(yaml, file: "a.yaml").get()
        var issues = IssueCollector(file: "a.yaml")
        let json = try (node["json"]?.items ?? []).map { try Path.parse($0.scalar ?? "").get() }
        let names = NameMatching(rawValue: node["names"]?.scalar ?? "exact") ?? .exact
        let rules = RedactionRules.compile(redact: node["redact"], clear: node["clear"], json: json, names: names, issues: &issues)
        try issues.check()
        return rules
    }

    @Test(arguments: [
        #"{"id":1,"name":"x"}"#, #"[]"#, #""text""#, "17", " { \"a\" : [ 1.50 , \"\\u00e9\" ] } ",
        #"{"password":null,"token":"","cookie":[],"otp":{},"secret":true}"#,
        #"{"passwords":"a","tokens":"b","cookies":"c","secretary":"d","footpath":"e","option":"f","api":"g","key":"h","keyapi":"i"}"#,
    ])
    func whatHoldsNoSecretStaysByteForByte(body: String) throws {
        #expect(try redact(body) == nil)
    }

    @Test(arguments: [
        "password", "passwd", "secret", "token", "api_key", "authorization", "cookie", "otp", "PASSWORD", "Password", "userPassword", "user_password",
        "x-api-key", "apiKey",
        "APIKey", "apikey", "X-Auth-Token", "token2", "2token", "oauth2token", "client.secret", "set-cookie", "otpSecret", "OTP", "myOTPCode",
        "Proxy-Authorization",
        "åtoken é cookie", "a token",
    ])
    func membersWithSecretNamesGo(name: String) throws {
        for value in ["\"x\"", "17", "{\"a\":1}", "[1]"] {
            #expect(try redact("{\"a\":1,\"\(name)\":\(value),\"b\": 2.0}")?.text == "{\"a\":1,\"\(name)\":\"[redacted]\",\"b\":2.0}", "\(name)")
        }
        #expect(try redact("[{\"x\":[{\"\(name)\":\"v\"}]}]")?.text == "[{\"x\":[{\"\(name)\":\"[redacted]\"}]}]")
    }

    @Test func clearMembersStayWithWhatIsNotSecretInThem() throws {
        let yaml = "clear: [ $.usage.token_count, $.token ]"
        #expect(try redact(#"{"usage":{"token_count":17},"token":{"id":3}}"#, yaml: yaml) == nil)
        #expect(try redact(#"{"token_count":17}"#, yaml: yaml)?.text == #"{"token_count":"[redacted]"}"#)
        #expect(try redact(#"{"token":{"secret":"x","id":3}}"#, yaml: yaml)?.text == #"{"token":{"secret":"[redacted]","id":3}}"#)
    }

    @Test func pathsLeadThroughArraysAndAnyDepth() throws {
        let yaml = """
            redact:
              - [ $..pin, $.webhooks.url ]
              - $.a..b.c
            """
        let body =
            #"{"webhooks":[{"url":"https://x/secretpath","id":1},[{"url":2}]],"x":[{"y":{"pin":1234}}],"pin":[1,2],"a":{"q":{"b":{"c":1,"d":2}},"b":{"x":{"c":3}}},"url":5}"#
        let expected =
            #"{"webhooks":[{"url":"[redacted]","id":1},[{"url":"[redacted]"}]],"x":[{"y":{"pin":"[redacted]"}}],"pin":"[redacted]","a":{"q":{"b":{"c":"[redacted]","d":2}},"b":{"x":{"c":3}}},"url":5}"#
        let result = try #require(try redact(body, yaml: yaml))
        #expect(result.text == expected)
        #expect(result.removed == ["$.webhooks.url", "$.x.y.pin", "$.pin", "$.a.q.b.c"])
    }

    @Test func anAllowListKeepsOnlyWhatItNames() throws {
        let yaml = "redact: [ { in: $..site, keep: [ id, url ] } ]"
        let result = try #require(
            try redact(#"{"a":{"site":{"id":1,"x":"CANARY","url":"u","form":[{"value":"CANARY"}]}},"site":[{"id":2,"y":3},{"id":4}]}"#, yaml: yaml))
        #expect(result.text == #"{"a":{"site":{"id":1,"url":"u"}},"site":[{"id":2},{"id":4}]}"#)
        #expect(result.removed == ["$.a.site.x", "$.a.site.form", "$.site.y"])
        // What is kept is still looked into.
        #expect(try redact(#"{"site":{"id":{"password":"CANARY"},"url":"u"}}"#, yaml: yaml)?.text == #"{"site":{"id":{"password":"[redacted]"},"url":"u"}}"#)
    }

    @Test(arguments: [
        (#"{"site":"CANARY"}"#, #"{"site":"[redacted]"}"#), (#"{"site":17}"#, #"{"site":"[redacted]"}"#), (#"{"site":true}"#, #"{"site":"[redacted]"}"#),
        (#"{"site":["CANARY",{"id":1},["CANARY"]]}"#, #"{"site":["[redacted]",{"id":1},["[redacted]"]]}"#), (#"{"site":null}"#, nil), (#"{"site":[]}"#, nil),
    ])
    func anAllowListFailsClosed(body: String, expected: String?) throws {
        #expect(try redact(body, yaml: "redact: [ { in: $..site, keep: [ id, url ] } ]")?.text == expected)
    }

    @Test func looseNamesFindEverySpelling() throws {
        let yaml = """
            names: loose
            redact: [ $.Log_In.pinCode, { in: $.targetSite, keep: [ siteID ] } ]
            """
        let result = try redact(#"{"login":{"pin-code":1},"target_site":{"site_id":2,"x":3}}"#, yaml: yaml)
        #expect(result?.text == #"{"login":{"pin-code":"[redacted]"},"target_site":{"site_id":2}}"#)
        #expect(try redact(#"{"login":{"pin":1}}"#, yaml: yaml) == nil)
    }

    @Test func jsonInStringsIsRedactedInside() throws {
        let yaml = """
            json: [ $.content ]
            redact: [ $.content.site.pin ]
            """
        #expect(try redact(#"{"content":"{\"id\": 1, \"site\": {\"url\": \"u\"}}"}"#, yaml: yaml) == nil)
        let inside = try redact(#"{"content":"{\"id\": 1, \"site\": {\"pin\": 2, \"password\": \"x\"}}","password":"y"}"#, yaml: yaml)
        #expect(inside?.text == #"{"content":"{\"id\":1,\"site\":{\"pin\":\"[redacted]\",\"password\":\"[redacted]\"}}","password":"[redacted]"}"#)
        #expect(inside?.removed == ["$.content.site.pin", "$.content.site.password", "$.password"])
        #expect(try redact(#"{"content":{"site":{"pin":2}}}"#, yaml: yaml)?.text == #"{"content":{"site":{"pin":"[redacted]"}}}"#)
    }

    @Test(arguments: [
        (#"{"content":"not json CANARY"}"#, true), (#"{"content":"{\"a\":1,\"a\":2}"}"#, true), (#"{"content":"{\"a\":1"}"#, true),
        (#"{"content":["{}","x"]}"#, true),
        (#"{"content":""}"#, false), (#"{"content":"  "}"#, false), (#"{"content":null}"#, false), (#"{"content":17}"#, false),
        (#"{"content":"[redacted: unreadable]"}"#, false),
    ])
    func aStringThatHoldsNoJSONFailsClosed(body: String, isRedacted: Bool) throws {
        let text = try redact(body, yaml: "json: [ $.content ]")?.text
        #expect((text != nil) == isRedacted)
        #expect(text?.contains("CANARY") != true)
        if isRedacted { #expect(text?.contains("[redacted: unreadable]") == true) }
    }

    @Test func deepJSONInAStringIsUnreadable() throws {
        let deep = String(repeating: "[", count: 65) + String(repeating: "]", count: 65)
        #expect(try redact("{\"content\":\"\(deep)\"}", yaml: "json: [ $.content ]")?.text == #"{"content":"[redacted: unreadable]"}"#)
    }

    @Test func theSourcesOwnSecretsGoWhereverTheyAre() throws {
        let secret = "hush/hush é"
        let body = #"{"a":"before hush/hush é after","b":["hush\/hush \u00e9"],"c":"aHVzaC9odXNoIMOp","d":"x?k=hush%2Fhush%20%C3%A9&y","e":"hush"}"#
        let result = try #require(try redact(body, secrets: [secret]))
        #expect(result.text == #"{"a":"before [redacted] after","b":["[redacted]"],"c":"[redacted]","d":"x?k=[redacted]&y","e":"hush"}"#)
        #expect(result.removed == ["$.a", "$.b", "$.c", "$.d"])
        #expect(try redact(#"{"a":"nothing"}"#, secrets: [secret]) == nil)
        #expect(try redact(#"{"a":"nothing\n"}"#, secrets: [secret]) == nil)
    }

    @Test func secretsInNamesAndNumbersGo() throws {
        let result = try #require(try redact(#"{"x 123456 y":1,"x [redacted] y":2,"n":91234560,"t":"123456123456"}"#, secrets: ["123456"]))
        #expect(result.text == #"{"x [redacted] y 2":1,"x [redacted] y":2,"n":"[redacted]","t":"[redacted][redacted]"}"#)
        #expect(result.removed.allSatisfy { !$0.contains("123456") })
    }

    @Test func manyNamesThatBecomeOneStayDifferent() throws {
        // Each place holds the secret in one of two spellings, so that all names become the same.
        let spellings = ["123456", "MTIzNDU2"]
        let names = (0..<4096).map { number in (0..<12).map { spellings[number >> $0 & 1] }.joined(separator: "-") }
        let result = try #require(try redact("{" + names.map { "\"\($0)\":1" }.joined(separator: ",") + "}", secrets: ["123456"]))
        #expect(Set(try #require(try JSONValue(parsing: Array(result.text.utf8)).objectValue).map(\.name)).count == 4096)
    }

    @Test func credentialsInURLsGoFromTextsAndNames() throws {
        let body =
            #"{"site":{"url":"https://scan:CANARY@shop.test/a?b=c"},"https://CANARY@x.test":1,"log":["see ftp:\/\/u:CANARY\u0040h.test now"],"e":"CANARY"}"#
        let result = try #require(try redact(body))
        #expect(
            result.text
                == #"{"site":{"url":"https://[redacted]@shop.test/a?b=c"},"https://[redacted]@x.test":1,"log":["see ftp://[redacted]@h.test now"],"e":"CANARY"}"#
        )
        #expect(result.removed == ["$.site.url", #"$."https://[redacted]@x.test""#, "$.log"])
        // Also inside JSON in a string, and beside a secret of the source's own.
        let nested = try redact(#"{"content":"{\"a\": \"http:\\/\\/u:p\\u0040h\", \"b\": \"own1234\"}"}"#, yaml: "json: [ $.content ]", secrets: ["own1234"])
        #expect(nested?.text == #"{"content":"{\"a\":\"http://[redacted]@h\",\"b\":\"[redacted]\"}"}"#)
        #expect(try redact(#"{"mail":"alice@example.test","url":"https://example.test/@alice","x":"a\n\u00e9"}"#) == nil)
    }

    @Test func aLongerSecretGoesAsAWholeAndAShortOneIsNotLookedFor() throws {
        #expect(try redact(#"{"a":"secretive secret!"}"#, secrets: ["secret", "secretive"])?.text == #"{"a":"[redacted] [redacted]!"}"#)
        #expect(try redact(#"{"a":"abc"}"#, secrets: ["abc", ""]) == nil)
    }

    @Test func rulesOfTheSourceAreAdded() throws {
        let adapter = try Self.rules("redact: [ $.a ]")
        let extra = try Self.rules("redact: [ $.b, { in: $.c, keep: [ d ] } ]").rules
        let result = try Self.run(Redactor(rules: adapter, extra: extra), Array(#"{"a":1,"b":2,"c":{"d":3,"e":4}}"#.utf8))
        #expect(result == .rewritten(Array(#"{"a":"[redacted]","b":"[redacted]","c":{"d":3}}"#.utf8), removed: ["$.a", "$.b", "$.c.e"]))
    }

    @Test func rulesThatDoNotFitKeepNothing() throws {
        let path = "$" + String(repeating: ".a", count: 62)
        let rules = RedactionRules(rules: Array(repeating: .remove([try Path.parse(path).get()]), count: 5))
        #expect(!Redactor.fits(rules))
        #expect(try Self.run(Redactor(rules: rules), Array(#"{"a":1}"#.utf8)) == .rewritten(Array("{}".utf8), removed: ["$.a"]))
    }

    @Test func rulesSurviveTheJournal() throws {
        let rules = try Self.rules(
            """
            redact:
              - [ $..password, '$.a."odd name"' ]
              - { in: [ $..site, $.x ], keep: [ id, url ] }
              - { in: $.requests, http-headers: [ authorization ] }
            """
        ).rules
        #expect(rules.count == 4)
        for rule in rules { #expect(RedactionRule(json: rule.json) == rule) }
        for text in ["17", "[1]", #"["nopath"#, "{}", #"{"in":"$"}"#, #"{"in":"x","keep":[]}"#, #"["no path"]"#] {
            let value = try? JSONValue(parsing: Array(text.utf8))
            #expect(value.flatMap { RedactionRule(json: $0) } == nil, "\(text)")
        }
    }

    @Test(arguments: [
        ("redact: $..a", "must be a list"), ("redact: [ password ]", "hint: $..password"), ("redact: [ .password ]", "must begin with '$'"),
        ("redact: [ $ ]", "would leave nothing"),
        ("redact: [ '$.a[0]' ]", "walk through arrays"), ("redact: [ { keep: [ a ] } ]", "'in' is missing"),
        ("redact: [ { in: $.a } ]", "either keep or http-headers"),
        ("redact: [ { in: $.a, keep: [ a ], http-headers: [ b ] } ]", "either keep or http-headers"),
        ("redact: [ { in: $.a, keeep: [ a ] } ]", "did you mean 'keep'"),
        ("redact: [ { in: $.a, keep: [ .b ] } ]", "not paths"), ("redact: [ { in: $.a, http-headers: [] } ]", "names no header"),
        ("redact: [ { in: $.a, http-headers: [ a b ] } ]", "cannot be the name"), ("clear: [ a ]", "hint: $..a"), ("clear: [ [ $.a ] ]", "not a list"),
    ])
    func slipsAreNamed(yaml: String, message: String) throws {
        let error = #expect(throws: IssueList.self) { try Self.rules(yaml) }
        #expect(error?.text.contains(message) == true, "\(error?.text ?? "")")
    }
}
