import Delivery
import Testing

struct OptionReaderTests {
    private func reader(_ name: String, _ word: String) -> OptionReader { OptionReader(.mapping([.init(name, .word(word))])) }

    @Test(arguments: [
        ("1", 1), ("4096", 4096), ("1KiB", 1024), ("4MiB", 4 << 20), ("1GiB", 1 << 30), ("2TiB", 2 << 40), ("", nil), ("0", nil), ("-1", nil), ("1kb", nil),
        ("1 GiB", nil), ("GiB", nil), ("1.5GiB", nil), ("99999999999999999999", nil), ("9999999999TiB", nil), ("1GB", nil), ("\u{661}", nil),
    ])
    func sizes(_ word: String, _ expected: Int?) {
        var reader = reader("size", word)
        #expect(reader.byteSize("size", in: 1...(4 << 40)) == expected)
        #expect(reader.issues.isEmpty == (expected != nil))
    }

    @Test(arguments: [
        ("500ms", Duration.milliseconds(500)), ("30s", .seconds(30)), ("5m", .seconds(300)), ("1h", .seconds(3600)), ("30", nil), ("0s", nil), ("2h", nil),
        ("s", nil), ("-5s", nil), ("5 s", nil), ("1.5s", nil), ("99999999999999999999h", nil), ("9223372036854775807h", nil),
    ])
    func durations(_ word: String, _ expected: Duration?) {
        var reader = reader("time", word)
        #expect(reader.duration("time", in: .milliseconds(1)...(.seconds(3600))) == expected)
        #expect(reader.issues.isEmpty == (expected != nil))
    }

    @Test(arguments: [("1", 1), ("10", 10), ("0", nil), ("11", nil), ("+1", nil), ("1_0", nil), ("ten", nil)])
    func numbers(_ word: String, _ expected: Int?) {
        var reader = reader("n", word)
        #expect(reader.integer("n", in: 1...10) == expected)
        #expect(reader.issues.isEmpty == (expected != nil))
    }

    @Test func wordsMayStandAlone() {
        var reader = OptionReader(.mapping([.init("a", .word("x")), .init("b", .list([.word("x"), .word("y")])), .init("c", .list([.word("x"), .list([])]))]))
        #expect(reader.words("a") == ["x"] && reader.words("b") == ["x", "y"])
        #expect(reader.issues.isEmpty)
        #expect(reader.words("c") == ["x"])
        #expect(reader.issues.map(\.path) == [[.member("c"), .element(1)]])
        #expect(reader.words("d") == nil && reader.requiredWord("d") == nil)
        #expect(reader.issues.last?.message == "'d' is missing" && reader.issues.last?.path == [])
    }

    @Test func whatNobodyAskedForIsUnknown() {
        var reader = OptionReader(.mapping([.init("path", .word("x")), .init("rotat", .word("1GiB"))]))
        _ = reader.word("path")
        _ = reader.word("rotate")
        let error = #expect(throws: OptionIssues.self) { try reader.finish() }
        #expect(error?.issues.first?.knownWords == ["path", "rotate"])
        #expect(error?.issues.first?.path == [.member("rotat")])
    }

    @Test func anythingButAMappingIsAnIssue() {
        var reader = OptionReader(.list([]))
        #expect(throws: OptionIssues.self) { try reader.finish() }
    }
}
