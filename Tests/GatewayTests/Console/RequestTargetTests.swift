import Testing

@testable import Console

struct RequestTargetTests {
    @Test(
        arguments: [
            ("/v1/status", ["v1", "status"], []), ("//v1//status/", ["v1", "status"], []), ("/", [], []), ("/a%2Fb/c%20d", ["a/b", "c d"], []),
            ("/f?a=1&b=x%26y&c&d=", ["f"], ["a=1", "b=x&y", "c=", "d="]), ("/f?a=1+2?3", ["f"], ["a=1 2?3"]), ("/f?", ["f"], []),
        ] as [(String, [String], [String])]) func pathsAndQueriesAreSplitAndDecoded(text: String, path: [String], query: [String])
    {
        let target = RequestTarget(text)
        #expect(target?.path == path)
        #expect(target?.query.map { "\($0.name)=\($0.value)" } == query)
    }

    @Test(arguments: ["/a%2", "/a%zz", "/%ff", "/f?a=%c3%28", "/f?%"]) func brokenEscapesAreRefused(text: String) {
        #expect(RequestTarget(text) == nil)
    }
}
