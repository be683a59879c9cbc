import Testing
import YAMLDocument

struct IssueCollectorTests {
    private func node(_ line: Int, _ column: Int, _ word: String = "") -> YAMLNode {
        YAMLNode(line: line, column: column, content: .scalar(word, quoted: false))
    }

    @Test func issuesComeOutByFileLineAndColumnEachOnce() {
        var issues = IssueCollector(file: "main.yaml")
        issues.error(node(9, 1), "last")
        issues.warning(node(2, 8), "second", hint: "do so")
        issues.merge(IssueList([Issue(file: "other.yaml", line: 1, column: 1, message: "elsewhere")]))
        issues.error(node(2, 3), "first")
        issues.error(node(9, 1), "last")
        #expect(
            issues.list.issues.map(\.text) == [
                "main.yaml:2:3: error: first",
                "main.yaml:2:8: warning: second (hint: do so)",
                "main.yaml:9:1: error: last",
                "other.yaml:1:1: error: elsewhere",
            ])
    }

    @Test func warningsAloneDoNotThrow() {
        var issues = IssueCollector(file: "f")
        issues.warning(node(1, 1), "doubtful")
        #expect(throws: Never.self) { try issues.check() }
        issues.error(node(1, 1), "wrong")
        #expect(throws: IssueList.self) { try issues.check() }
    }

    @Test func unknownKeysAreAnsweredWithTheNearestOrAll() {
        var issues = IssueCollector(file: "f")
        issues.unknownKey(node(1, 1, "secrest"), known: ["secrets", "allow"])
        issues.unknownWord(node(2, 1, "quux"), what: "role", known: ["read", "operate"])
        #expect(
            issues.list.issues.map(\.text) == [
                "f:1:1: error: unknown key 'secrest' (hint: did you mean 'secrets'?)",
                "f:2:1: error: unknown role 'quux' (hint: known: read, operate)",
            ])
    }
}
