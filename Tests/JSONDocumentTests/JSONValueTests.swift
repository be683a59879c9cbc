import JSONDocument
import Testing

struct JSONValueTests {
    @Test func readsMembers() throws {
        let value = try JSONValue(parsing: Array("{\"s\":\"x\",\"n\":-42,\"f\":1.0,\"b\":true,\"a\":[null],\"o\":{}}".utf8))
        #expect(value["s"]?.stringValue == "x")
        #expect(value["n"]?.integerValue == -42)
        #expect(value["f"]?.integerValue == nil)
        #expect(value["f"] == .number("1.0"))
        #expect(value["b"]?.boolValue == true)
        #expect(value["a"]?.arrayValue == [.null])
        #expect(value["o"]?.objectValue == [])
        #expect(value["none"] == nil)
        #expect(value["s"]?["x"] == nil)
        #expect(value.objectValue?.map(\.name) == ["s", "n", "f", "b", "a", "o"])
    }

    @Test func reportsWhatIsWrong() {
        #expect(throws: JSONError(code: .duplicateKey, offset: 7, message: "an object has two members of one name")) {
            try JSONValue(parsing: Array("{\"a\":1,\"a\":2}".utf8))
        }
        #expect(throws: JSONError(code: .empty, offset: 0, message: "the document is empty")) { try JSONValue(parsing: []) }
    }
}
