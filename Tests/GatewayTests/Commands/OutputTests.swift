import JSONDocument
import Testing

@testable import weir

struct OutputTests {
    @Test(arguments: [
        ("plain – ü 漢", "plain – ü 漢"), ("a\u{1b}[31mb", "a\\u{1b}[31mb"), ("a\r\nb", "a\\r\\nb"), ("\t", "\\t"), ("\u{7f}\u{9b}", "\\u{7f}\\u{9b}"),
        ("a\u{202e}b\u{2066}", "a\\u{202e}b\\u{2066}"), ("\u{200b}\u{feff}", "\\u{200b}\\u{feff}"), ("\u{2028}", "\\u{2028}"), ("e\u{301}", "e\u{301}"),
    ]) func vendorTextCannotCommandATerminal(text: String, shown: String) {
        #expect(SafeText.escaped(text) == shown)
    }

    @Test(arguments: [("abc", 3), ("漢字", 4), ("e\u{301}", 1), ("ü", 1), ("", 0)]) func widthIsCountedInColumns(text: String, width: Int) {
        #expect(SafeText.width(text) == width)
    }

    @Test(arguments: [("abcdef", 6, "abcdef"), ("abcdef", 5, "abcd…"), ("漢字漢", 4, "漢…"), ("abc", 1, "…")]) func longTextIsCut(
        text: String, width: Int, cut: String
    ) {
        #expect(SafeText.fitted(text, to: width) == cut)
        #expect(SafeText.width(SafeText.fitted(text, to: width)) <= width)
    }

    @Test func columnsAreAlignedAndNumbersStandToTheRight() {
        var table = Table([.init("NAME"), .init("COUNT", isNumber: true), .init("TEXT")])
        table.add(["a", "7", "x\ny"])
        table.add(["longer", "12345", ""])
        #expect(table.lines(width: nil) == ["NAME    COUNT  TEXT", "a           7  x\\ny", "longer  12345"])
    }

    @Test func anIDStaysWholeWhateverTheTerminal() {
        var table = Table([.init("TITLE"), .init("UID", isWhole: true)])
        table.add([String(repeating: "title ", count: 40), "f_0123456789abcdef0123456789abcdef"])
        #expect(table.lines(width: 60).allSatisfy { SafeText.width($0) <= 60 && ($0.hasSuffix("f_0123456789abcdef0123456789abcdef") || $0.hasSuffix("UID")) })
        #expect(table.lines(width: 20).last == "title t…  f_0123456789abcdef0123456789abcdef")
    }

    @Test(arguments: [80, 60, 40, 30]) func aTableFitsTheTerminal(width: Int) {
        var table = Table([.init("UID"), .init("TITLE"), .init("PLACE")])
        table.add(["f_0123456789", String(repeating: "title ", count: 40), String(repeating: "p", count: 90)])
        #expect(table.lines(width: width).allSatisfy { SafeText.width($0) <= width })
    }

    @Test func jsonForPeopleIsTheSameJSON() throws {
        let value = JSONValue.object([
            JSONMember(name: "short", value: .array([.number("1"), .bool(true), .null])),
            JSONMember(name: "long", value: .array((1...40).map { .string("element \($0)") })),
            JSONMember(name: "inner", value: .object([JSONMember(name: "text", value: .string(String(repeating: "x", count: 120)))])),
        ])
        let text = PrettyJSON.text(value)
        #expect(try JSONValue(parsing: Array(text.utf8)) == value)
        #expect(text.contains("\n  \"short\": [1,true,null],\n"))
    }

    @Test func timesAreShownToTheSecond() {
        let value = JSONValue.object([JSONMember(name: "time", value: .string("2026-03-02T10:00:00.123Z")), JSONMember(name: "word", value: .string("soon"))])
        #expect(value.time("time") == "2026-03-02 10:00:00Z")
        #expect(value.time("word") == "soon")
        #expect(value.time("absent") == "")
    }
}
