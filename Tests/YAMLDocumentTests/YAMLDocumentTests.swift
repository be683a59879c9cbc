import Testing
import YAMLDocument

struct YAMLDocumentTests {
    /// A short form of a tree: words as they are, quoted ones in quotes, with positions when asked.
    private static func short(_ node: YAMLNode, positions: Bool = false) -> String {
        let place = positions ? "@\(node.line):\(node.column)" : ""
        switch node.content {
        case .scalar(let text, let quoted): return (quoted ? "\"\(text)\"" : text) + place
        case .sequence(let items): return "[" + items.map { short($0, positions: positions) }.joined(separator: " ") + "]" + place
        case .mapping(let members):
            let text = members.map { short($0.key, positions: positions) + "=" + short($0.value, positions: positions) }
            return "{" + text.joined(separator: " ") + "}" + place
        }
    }

    private static func errors(_ text: String) -> [String] {
        guard case .failure(let list) = YAMLDocument.parse(text, file: "f.yaml") else { return [] }
        return list.issues.map(\.text)
    }

    @Test(arguments: [
        ("a: NO\nb: on\nc: ~\nd: 10\ne: 0x1F", "{a=NO b=on c=~ d=10 e=0x1F}"),
        ("a: \"10\"\nb: '~'", "{a=\"10\" b=\"~\"}"),
        ("- a\n- [b, c]\n- { d: e }", "[a [b c] {d=e}]"),
        ("a: &x [1, 2]\nb: *x", "{a=[1 2] b=[1 2]}"),
        ("a:\nb: text # comment", "{a= b=text}"),
        ("a: |\n  one\n  two\n", "{a=\"one\ntwo\n\"}"),
        ("\u{FEFF}a: b", "{a=b}"),
        ("a: b\r\nc: d\r\n", "{a=b c=d}"),
        ("\"<<\": a", "{\"<<\"=a}"),
        ("a: !!str 5", "{a=5}"),
    ]) func scalarsStayText(yaml: String, expected: String) throws {
        let node = try YAMLDocument.parse(yaml, file: "f.yaml").get()
        #expect(Self.short(node) == expected)
    }

    @Test func everyNodeHasItsPlace() throws {
        let node = try YAMLDocument.parse("ü: { key: [ a,  b ] }\nnext:\n  - \"x\"\n", file: "f.yaml").get()
        #expect(Self.short(node, positions: true) == "{ü@1:1={key@1:6=[a@1:13 b@1:17]@1:11}@1:4 next@2:1=[\"x\"@3:5]@3:3}@1:1")
    }

    @Test(arguments: [
        ("a: 1\nb: 2\na: 3", ["f.yaml:3:1: error: the key 'a' is already there on line 1"]),
        ("x: { a: 1, \"a\": 2 }", ["f.yaml:1:12: error: the key 'a' is already there on line 1"]),
        (
            "a: 1\na: 2\nb:\n  - k: 1\n    l: 2\n    k: 3\n    k: 4\nb: 5\n",
            [
                "f.yaml:2:1: error: the key 'a' is already there on line 1",
                "f.yaml:6:5: error: the key 'k' is already there on line 4",
                "f.yaml:7:5: error: the key 'k' is already there on line 4",
                "f.yaml:8:1: error: the key 'b' is already there on line 3",
            ]
        ),
        ("\"a\": 1\n'a': 2", ["f.yaml:2:1: error: the key 'a' is already there on line 1"]),
    ]) func aKeyWrittenTwiceNamesBothLines(yaml: String, expected: [String]) {
        #expect(Self.errors(yaml) == expected)
    }

    @Test(arguments: [
        ("", "f.yaml:1:1: error: the file is empty"),
        ("# nothing", "f.yaml:1:1: error: the file is empty"),
        ("a: &x {b: c}\nd:\n  <<: *x", "merge keys ('<<') are not supported"),
        ("? [a]\n: b", "f.yaml:1:3: error: a key must be a word"),
        ("a: !!int 5", "f.yaml:1:4: error: tags ('tag:yaml.org,2002:int') are not supported: every value is text"),
        ("a: !thing {}", "tags ('!thing') are not supported"),
        ("a: *x", "f.yaml:1:4: error: not YAML: found undefined alias"),
        ("a: [1, 2", "f.yaml:2:1: error: not YAML: "),
        ("a: b: c", "f.yaml:1:5: error: not YAML: mapping values are not allowed in this context (hint: quote a text that holds ': ')"),
        ("a: b\n\tc: d", "f.yaml:2:1: error: not YAML: "),
        ("a: 1\n---\nb: 2", "not YAML: but found another document"),
        ("a: \u{1}", "f.yaml:1:4: error: not YAML: control characters are not allowed"),
    ]) func whatIsNotSupportedHasAPlace(yaml: String, expected: String) {
        let errors = Self.errors(yaml)
        #expect(errors.count == 1)
        #expect(errors.first?.contains(expected) == true, "\(errors)")
    }

    @Test func whatCanBeReadIsReadBesideWhatCannot() throws {
        var issues = IssueCollector(file: "f.yaml")
        let yaml = "a: 1\nb: { k: 1, k: 2, l: 3, k: 4 }\na: 2\nc: !!int 5\nd: &x { e: f }\ng: { <<: *x, h: i }\n? [j]\n: k\n"
        let node = try #require(YAMLDocument.parse(yaml, issues: &issues))
        #expect(Self.short(node) == "{a=1 b={k=1 l=3} c=5 d={e=f} g={h=i}}")
        #expect(issues.list.issues.map(\.line) == [2, 2, 3, 4, 6, 7])
    }

    @Test func aliasesThatMultiplyAreCounted() {
        var yaml = "l0: &l0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...40 { yaml += "l\(level): &l\(level) [" + Array(repeating: "*l\(level - 1)", count: 10).joined(separator: ", ") + "]\n" }
        let errors = Self.errors(yaml)
        #expect(errors.count == 1)
        #expect(errors.first?.contains("the file holds more than 50000 values, repeated ones included") == true)
    }

    @Test func multiplyingAliasesBesideARepeatedKeyEnd() {
        var yaml = "l0: &l0 {a: [x, x, x, x]}\n"
        for level in 1...40 { yaml += "l\(level): &l\(level) [" + Array(repeating: "*l\(level - 1)", count: 10).joined(separator: ", ") + "]\n" }
        let errors = Self.errors(yaml + "l1: again\n")
        #expect(errors.count == 1 && errors.first?.contains("more than 50000 values") == true, "\(errors)")
    }

    @Test(arguments: [65, 900, 5000]) func depthIsLimited(levels: Int) {
        let errors = Self.errors(String(repeating: "[", count: levels) + String(repeating: "]", count: levels))
        #expect(errors.count == 1)
    }

    @Test func largeFilesAreRefusedUnread() {
        #expect(Self.errors("a: " + String(repeating: "x", count: 5 << 20)) == ["f.yaml:1:1: error: the file is larger than 4 MiB"])
    }
}
