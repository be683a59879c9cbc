import JSONDocument
import Testing

@testable import Adapters

struct ProbelyRedactionTests {
    private static let yaml = """
        json: [ $.content ]
        redact:
          - { in: $..site, keep: [ id, name, desc, url, host, verified, stack ] }
          - [ $.content.target_options, $.webhooks.url ]
          - { in: [ $.content.requests, $.content.evidence ], http-headers: [ authorization, cookie, set-cookie ] }
        """

    @Test(arguments: try VendorSamples.names(of: "probely"))
    func noCanarySurvives(name: String) throws {
        let redactor = Redactor(rules: try RedactorTests.rules(Self.yaml))
        let body = try VendorSamples.bytes("samples/probely/\(name)")
        let result = try RedactorTests.run(redactor, body)
        guard case .rewritten(let bytes, _) = result else {
            #expect(!String(decoding: body, as: UTF8.self).contains("CANARY-"))
            return
        }
        #expect(!String(decoding: bytes, as: UTF8.self).contains("CANARY-"))
        // The same in a string that holds JSON.
        let value = try JSONValue(parsing: body)
        let members = try #require(value.objectValue).map { member in
            member.name == "content" ? JSONMember(name: "content", value: .string(String(decoding: member.value.bytes, as: UTF8.self))) : member
        }
        guard case .rewritten(let nested, _) = try RedactorTests.run(redactor, JSONValue.object(members).bytes) else {
            Issue.record("nothing was redacted")
            return
        }
        #expect(!String(decoding: nested, as: UTF8.self).contains("CANARY-"))
    }

    @Test func methodStatusLineAndPayloadSurvive() throws {
        let body = try VendorSamples.bytes("samples/probely/finding_detected.json")
        let result = try RedactorTests.run(Redactor(rules: try RedactorTests.rules(Self.yaml)), body)
        guard case .rewritten(let bytes, _) = result else {
            Issue.record("nothing was redacted")
            return
        }
        let requests = try #require(try JSONValue(parsing: bytes)["content"]?["requests"]?.arrayValue)
        let request = try #require(requests.first?["request"]?.stringValue)
        let response = try #require(requests.first?["response"]?.stringValue)
        #expect(request.hasPrefix("```\nPOST /catalog HTTP/1.1\r\naccept-encoding: gzip, deflate\r\n"))
        #expect(request.contains("\r\nauthorization: [redacted]\r\ncookie: [redacted]\r\ncontent-length: 27\r\n\r\ncsrf=0b7e&sort=price%27\n```"))
        #expect(response.hasPrefix("```\nHTTP/1.1 500 Internal Server Error\r\nServer: nginx/1.25.3\r\n"))
        #expect(response.contains("X-Request-Id: 0f1c7c6e6a0f4b0c\r\nSet-Cookie: [redacted]\r\n\r\n<!DOCTYPE html>\n"))
        #expect(response.contains("near '''price'' LIMIT 24' at line 1"))
    }

    @Test func aFindingWithoutSecretsStaysAsItWasSigned() throws {
        let redactor = Redactor(rules: RedactionRules(), secrets: [Array("example-secret".utf8)])
        for name in try VendorSamples.names(of: "hostedscan") {
            #expect(try RedactorTests.run(redactor, try VendorSamples.bytes("samples/hostedscan/\(name)")) == .unchanged, "\(name)")
        }
    }
}
