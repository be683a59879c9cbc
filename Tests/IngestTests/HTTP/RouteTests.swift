import Testing

@testable import Ingest

struct RouteTests {
    private func route(_ target: String) -> String {
        withBytes(target) { bytes in
            switch Route(bytes) {
            case .health: "health"
            case .readiness: "readiness"
            case .unknown: "unknown"
            case .ingest(let source, let secret, let isEncoded):
                String(decoding: bytes[source], as: UTF8.self) + (secret.map { " " + String(decoding: bytes[$0], as: UTF8.self) } ?? "")
                    + (isEncoded ? " encoded" : "")
            }
        }
    }

    @Test(arguments: [
        ("/healthz", "health"), ("/healthz/", "health"), ("/healthz?a", "health"), ("/readyz", "readiness"),
        ("/in/a", "a"), ("/in/a/", "a"), ("/in/a?x=/in/b", "a"), ("/in/a/?x", "a"), ("/in/a-9/s3cr3t", "a-9 s3cr3t"), ("/in/a/s/", "a s"), ("/in/0", "0"),
        ("/in/a/s%20t", "a s%20t encoded"), ("/in/a/...", "a ..."), ("/in/a/%2e%2e%2e", "a %2e%2e%2e encoded"),
        ("/in/" + String(repeating: "a", count: 63), String(repeating: "a", count: 63)),
        ("/in/" + String(repeating: "a", count: 64), "unknown"),
        ("", "unknown"), ("/", "unknown"), ("//", "unknown"), ("*", "unknown"), ("?", "unknown"), ("/in", "unknown"), ("/in/", "unknown"), ("/in//", "unknown"),
        ("//in/a", "unknown"), ("/in//a", "unknown"), ("/in/a//", "unknown"), ("/in/a/b/c", "unknown"), ("/in/-a", "unknown"), ("/in/A", "unknown"),
        ("/in/a_b", "unknown"), ("/in/a%2db", "unknown"), ("/in/%61", "unknown"), ("/in/..", "unknown"), ("/in/a/.", "unknown"), ("/in/a/..", "unknown"),
        ("/in/a/%2e", "unknown"), ("/in/a/.%2E", "unknown"), ("/in/a/%2f", "unknown"), ("/in/a/%5C", "unknown"), ("/in/a/%00", "unknown"),
        ("/in/a/%", "unknown"), ("/in/a/%4", "unknown"), ("/in/a/%zz", "unknown"), ("/in/a/b\\c", "unknown"), ("/in/a/b#c", "unknown"), ("/in/a;b", "unknown"),
        ("http://weir/in/a", "a"), ("HTTPS://weir:8443/in/a/s/?q", "a s"), ("http://weir/healthz", "health"), ("https://[::1]:1/readyz/", "readiness"),
        ("http://u@weir/in/a", "a"), ("http:///in/a", "unknown"), ("http://", "unknown"), ("http://weir", "unknown"), ("http://weir?/in/a", "unknown"),
        ("http://weir//in/a", "unknown"), ("ftp://weir/in/a", "unknown"), ("http:/in/a", "unknown"), ("xhttp://weir/in/a", "unknown"),
        ("http://weir/in/a/%2e", "unknown"), ("/healthz/x", "unknown"), ("/healthzz", "unknown"), ("/In/a", "unknown"),
    ])
    func leadsTo(_ row: (target: String, expected: String)) {
        #expect(route(row.target) == row.expected)
    }

    @Test func decodesSecretsOnce() {
        #expect(withBytes("a%2525%20") { Route.decode($0) } == Array("a%25 ".utf8))
        #expect(withBytes("a%2f") { Route.decode($0) } == nil)
    }
}
