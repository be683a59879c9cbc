import Adapters
import Testing

struct PathTests {
    @Test(arguments: [
        ("$", Path.Root.document, [], "$"),
        (".", .item, [], "."),
        ("$.a.b", .document, ["a", "b"], "$.a.b"),
        (".a", .item, ["a"], ".a"),
        (".\"odd.name\".x", .item, ["odd.name", "x"], ".\"odd.name\".x"),
        ("$.\"a\\\"b\\\\c\"", .document, ["a\"b\\c"], "$.\"a\\\"b\\\\c\""),
        ("$.\"plain\"", .document, ["plain"], "$.plain"),
        ("$.@type.$ref.x-y_z:1.é", .document, ["@type", "$ref", "x-y_z:1", "é"], "$.@type.$ref.x-y_z:1.é"),
    ])
    func pathsAreRead(text: String, root: Path.Root, names: [String], written: String) throws {
        let path = try Path.parse(text).get()
        #expect(path.root == root)
        #expect(path.steps.map(\.name) == names)
        #expect(!path.hasAnyDepth)
        #expect(path.text == written)
        #expect(try Path.parse(path.text).get() == path)
    }

    @Test func twoPointsMeanAnyDepth() throws {
        let path = try Path.parse("$.a..b.c").get()
        #expect(path.steps.map(\.anyDepth) == [false, true, false])
        #expect(path.hasAnyDepth)
        #expect(path.text == "$.a..b.c")
    }

    @Test(arguments: ["$.", "..", "$a", "$.a.", "$.a[0]", "$.*", ".a b", "$.\"open", "$.\"\"", "a.b", "$...a", "$.a?(1)", "$.\"a\"b"])
    func whatIsNoPathIsRefused(text: String) {
        #expect(throws: PathError.self) { try Path.parse(text).get() }
    }

    @Test func filtersHaveAHint() {
        guard case .failure(let error) = Path.parse("$.a[0].b") else {
            Issue.record("a filter was read")
            return
        }
        #expect(error.message == "'$.a[0].b' is no path")
        #expect(error.hint == "paths walk through arrays by themselves: no [0], [*] or filters")
    }

    @Test(arguments: [
        (NameMatching.exact, "firstSeen", false), (.loose, "firstSeen", true), (.loose, "first_seen", true), (.loose, "FIRST-SEEN_", true),
        (.loose, "firstseenx", false), (.loose, "firstsee", false),
    ])
    func namesMatch(matching: NameMatching, name: String, matches: Bool) {
        let folded = matching.folded("first-seen")
        #expect(Array(name.utf8).withUnsafeBytes { matching.matches($0, folded: folded) } == matches)
    }
}
