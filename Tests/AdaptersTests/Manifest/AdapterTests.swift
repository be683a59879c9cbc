import Adapters
import Digests
import Foundation
import Testing
import YAMLDocument

struct AdapterTests {
    @Test func builtInAdaptersAreThoseOfTheFolder() throws {
        let folder = VendorSamples.package.appending(path: "adapters")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(Adapter.builtIn.map(\.name) == names)
        #expect(Set(names).isSuperset(of: ["holm", "hostedscan", "probely", "reconfirm"]))
        for adapter in Adapter.builtIn {
            let text = try String(contentsOf: folder.appending(path: "\(adapter.name)/adapter.yaml"), encoding: .utf8)
            #expect(adapter.manifest == text)
            #expect(adapter.sha256 == SHA256Hash.digest(of: Array(text.utf8)))
            #expect(adapter.warnings.isEmpty)
        }
    }

    @Test(arguments: [
        ("hostedscan", ["x-hostedscan-timestamp"], true), ("probely", [], true), ("holm", [], false), ("reconfirm", [], true),
    ])
    func factsAreDerivedFromTheManifest(name: String, headers: [String], keyIsFromBody: Bool) throws {
        let adapter = try #require(Adapter.builtIn.first { $0.name == name })
        #expect(adapter.keepsHeaders == headers)
        #expect(adapter.keyIsFromBody == keyIsFromBody)
    }

    @Test func headersThatEventsAreReadFromAreKeptAndCredentialsAreNot() throws {
        let yaml = """
            adapter: example
            vendor: Example
            authenticate:
              hmac:
                algorithm: sha256
                signature: { header: X-Sig, prefix: "sha256=", encoding: hex }
                message: [ { header: X-Ts }, ".", { header: X-Id }, body ]
            event: { key: [ $.id, { header: X-Id } ], kind: { join: [ { header: X-Event }, $.action ], with: . } }
            records:
              - kinds: [ a.b ]
                finding: { key: $.id }
            """
        let adapter = try Adapter.compile(name: "example", yaml: yaml, file: "m.yaml").get()
        #expect(adapter.keepsHeaders.sorted() == ["x-event", "x-id", "x-ts"])
        #expect(!adapter.keyIsFromBody)
    }

    @Test func aTimeZoneMustExist() throws {
        let adapter = try MappingBench.finding("key: $.c")
        #expect(SourcePlan(adapter: adapter, account: "a", timezone: "Mars/Base") == nil)
        #expect(SourcePlan(adapter: adapter, account: "a", timezone: "UTC") != nil)
    }
}
