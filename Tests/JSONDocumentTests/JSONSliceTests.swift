import JSONDocument
import Testing

/// What is read of a document as far as it is asked for.
struct JSONSliceTests {
    private static func slice(_ text: String) -> JSONSlice? { JSONSlice(Array(text.utf8)[...]) }

    private static func text(_ slice: JSONSlice?) -> String? { slice.map { String(decoding: $0.bytes, as: UTF8.self) } }

    @Test func readsMembersAndElements() throws {
        let value = try #require(Self.slice(#" { "s" : "x}\"]" , "n":-42,"u":"17", "b" : true ,"a":[ 1, [2,"]"] ,{"}":3}],"o":{}, "s":"second" } "#))
        #expect(value.members.map(\.name) == ["s", "n", "u", "b", "a", "o", "s"])
        #expect(value["s"]?.stringValue == "x}\"]")
        #expect(value["n"]?.integerValue == -42 && value["n"]?.unsignedValue == nil)
        #expect(value["u"]?.unsignedValue == 17)
        #expect(value["b"]?.boolValue == true && value["s"]?.boolValue == nil)
        #expect(value["a"]?.elements.map { Self.text($0) } == ["1", #"[2,"]"]"#, #"{"}":3}"#])
        #expect(value["o"]?.members.map(\.name) == [] && value["o"]?.elements.map { Self.text($0) } == [])
        #expect(value["none"] == nil && value["s"]?["x"] == nil)
        #expect(value["a"]?.value == .array([.number("1"), .array([.number("2"), .string("]")]), .object([JSONMember(name: "}", value: .number("3"))])]))
    }

    @Test(arguments: ["", " ", "}", "]", ",", ":", "{", "[", "\"", "\"\\\"", "{\"a\":1", "1 2", "{} {}", "[\"]"])
    func whatIsNoValueIsNone(text: String) { #expect(Self.slice(text) == nil) }

    @Test(arguments: ["{,}", "[,1]", "{1:2}", "{\"a\" 1}", "{\"a\":}", "{\"a\",1}", "[}"])
    func aContainerEndsWhereItIsNoJSON(text: String) throws {
        let value = try #require(Self.slice(text))
        #expect(value.members.map(\.name) == [] && value.elements.map { Self.text($0) } == [])
    }

    @Test func aNameIsUnescaped() throws {
        let value = try #require(Self.slice(#"{"a\u0062\n":1}"#))
        #expect(value["ab\n"]?.integerValue == 1)
    }

    /// `JSONValue` reads no more than 32 MiB.
    @Test func aDocumentMayBeLargerThanATreeOfIt() throws {
        var writer = JSONWriter(capacity: 40 << 20)
        writer.beginArray()
        let long = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
        for number in Int64(0)..<40 {
            writer.beginObject()
            writer.key("number")
            writer.integer(number)
            writer.key("text")
            long.withUnsafeBytes { writer.string(utf8: $0) }
            writer.endObject()
        }
        writer.endArray()
        let document = writer.take()
        #expect(writer.count == 0 && document.count > 40 << 20)
        #expect(throws: JSONError.self) { try JSONValue(parsing: document) }
        #expect(try #require(JSONSlice(document[...])).elements.map { $0["number"]?.integerValue } == Array(Int64(0)..<40))
    }
}
