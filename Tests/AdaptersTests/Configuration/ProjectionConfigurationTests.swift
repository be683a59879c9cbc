import Adapters
import Digests
import FindingModel
import JSONDocument
import Testing
import YAMLDocument

struct ProjectionConfigurationTests {
    private static func rule(_ text: String) throws -> RedactionRule {
        let node = try YAMLDocument.parse(text, file: "rules.yaml").get()
        var issues = IssueCollector(file: "rules.yaml")
        return try #require(RedactionRule.compile(list: node, issues: &issues).first)
    }

    private static func configuration(reversed: Bool = false) throws -> ProjectionConfiguration {
        let adapter = try MappingBench.finding("key: $.c\ntitle: $.title\ndesc: $.d\nfirst_seen_time: $.at")
        let sources = [
            ProjectionConfiguration.Source(name: "shop", adapter: "example", account: "acme"),
            ProjectionConfiguration.Source(
                name: "blog", adapter: "example", account: "blog", timezone: "Europe/Stockholm",
                redact: [
                    try rule("[ [ $..title, $.\"odd.name\" ] ]"), try rule("[ { in: $..site, keep: [ id ] } ]"),
                    try rule("[ { in: $.d, http-headers: [ cookie ] } ]"),
                ]),
        ]
        let unused = try #require(Adapter.builtIn.first { $0.name == "holm" })
        return ProjectionConfiguration(sources: reversed ? sources.reversed() : sources, adapters: [unused, adapter])
    }

    @Test func equalConfigurationsGiveEqualBytes() throws {
        let configuration = try Self.configuration()
        let bytes = configuration.encode()
        #expect(try Self.configuration(reversed: true).encode() == bytes)
        #expect(try ProjectionConfiguration.decode(bytes) == configuration)
        #expect(try ProjectionConfiguration.decode(bytes).encode() == bytes)
        #expect(configuration.manifests.map(\.name) == ["example"])
        #expect(configuration.sources.map(\.name) == ["blog", "shop"])
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.hasPrefix(#"{"adapters":[{"name":"example","sha256":""#))
        #expect(text.hasSuffix(#"{"name":"shop","adapter":"example","account":"acme"}]}"#))
    }

    @Test func eachSourceHasItsPlan() throws {
        let compiled = try ProjectionConfiguration.decode(Self.configuration().encode()).compile()
        #expect(compiled.issues.isEmpty)
        let body = Array(#"{"event":"found","c":1,"title":"T","d":"Cookie: a=b","at":"2026-01-01 12:00"}"#.utf8)
        var parser = JSONParser()
        let shop = try #require(compiled.plans["shop"]).map(MappingBench.input(body), parser: &parser).finding()
        let blog = try #require(compiled.plans["blog"]).map(MappingBench.input(body), parser: &parser).finding()
        #expect(shop.title == "T" && shop.desc == "Cookie: a=b" && shop.firstSeenTime.rfc3339 == "2026-01-01T12:00:00.000Z")
        #expect(blog.title == "Example finding 1" && blog.desc == "Cookie: [redacted]" && blog.firstSeenTime.rfc3339 == "2026-01-01T11:00:00.000Z")
        #expect(shop.uid != blog.uid)
    }

    @Test func whatCannotBeCompiledIsTold() throws {
        let configuration = ProjectionConfiguration(
            manifests: [
                .init(name: "bad", yaml: "adapter: bad\n"), .init(name: "holm", yaml: try #require(Adapter.builtIn.first { $0.name == "holm" }).manifest),
            ],
            sources: [
                .init(name: "a", adapter: "bad", account: "a"), .init(name: "b", adapter: "none", account: "b"),
                .init(name: "c", adapter: "holm", account: "c", timezone: "Mars/Base"), .init(name: "d", adapter: "holm", account: "d"),
            ])
        let compiled = configuration.compile()
        #expect(compiled.plans.keys.sorted() == ["d"])
        #expect(
            compiled.issues.map(\.text) == [
                "adapters/bad/adapter.yaml:1:1: error: 'vendor' is missing", "adapters/bad/adapter.yaml:1:1: error: 'authenticate' is missing",
                "adapters/bad/adapter.yaml:1:1: error: 'event' is missing", "adapters/bad/adapter.yaml:1:1: error: 'records' is missing",
                "source a:1:1: error: there is no adapter 'bad'", "source b:1:1: error: there is no adapter 'none'",
                "source c:1:1: error: there is no time zone 'Mars/Base'",
            ])
    }

    @Test(arguments: [
        ("", ProjectionConfigurationError.Code.malformed), ("{}", .malformed), (#"{"adapters":[],"sources":[{"name":"a"}]}"#, .malformed),
        (#"{"adapters":[{}],"sources":[]}"#, .malformed),
        (#"{"adapters":[{"name":"a","sha256":"00","yaml":"x"}],"sources":[]}"#, .digest),
        (#"{"adapters":[],"sources":[{"name":"a","adapter":"b","account":"c","redact":[{"in":5}]}]}"#, .malformed),
    ])
    func otherBytesAreRefused(text: String, code: ProjectionConfigurationError.Code) {
        let error = #expect(throws: ProjectionConfigurationError.self) { try ProjectionConfiguration.decode(Array(text.utf8)) }
        #expect(error?.code == code)
    }
}
