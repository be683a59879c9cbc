import JSONDocument
import Testing

struct JSONTapeTests {
    static func text(_ buffer: UnsafeRawBufferPointer) -> String { String(decoding: buffer, as: UTF8.self) }

    @Test func walksADocument() throws {
        let source = " {\"a\" : [1, \"t\\u00e9\\n\", {\"b\":null}], \"\\u0063\":-1.50e+3,\"d\":true,\"e\":{}} "
        var parser = JSONParser()
        try parser.withTape(Array(source.utf8)) { tape in
            #expect(tape.count == 9)
            #expect((0..<9).map { tape.kind($0) } == [.object, .array, .number, .string, .object, .null, .number, .true, .object])
            #expect((0..<9).map { tape.next($0) } == [9, 6, 3, 4, 6, 6, 7, 8, 9])
            #expect((0..<9).map { tape.childCount($0) } == [4, 3, 0, 0, 1, 0, 0, 0, 0])
            #expect((0..<9).map { Self.text(tape.key($0)) } == ["", "a", "", "", "", "b", "c", "d", "e"])
            #expect((0..<9).map { tape.string($0) } == ["", "", "1", "té\n", "", "null", "-1.50e+3", "true", ""])
            let bytes = Array(source.utf8)
            #expect(
                (1..<9).map { String(decoding: bytes[tape.source($0)], as: UTF8.self) } == [
                    "[1, \"t\\u00e9\\n\", {\"b\":null}]", "1", "\"t\\u00e9\\n\"", "{\"b\":null}", "null", "-1.50e+3", "true", "{}",
                ])
            #expect(tape.source(0) == 1..<bytes.count - 1)
            #expect(tape.member("c", of: 0) == 6)
            #expect(tape.member("b", of: 0) == nil)
            #expect(tape.member("a", of: 1) == nil)
        }
    }

    @Test(arguments: [
        ("\\uD800", "\u{fffd}"), ("\\uDC00", "\u{fffd}"), ("x\\uD834\\uDD1Ey", "x\u{1d11e}y"), ("\\uD800\\uD834\\uDD1E", "\u{fffd}\u{1d11e}"),
        ("\\uD800\\n", "\u{fffd}\n"), ("\\uD800\\u0041", "\u{fffd}A"), ("\\uD800abcdefghijklmnopqrstuvwxyz", "\u{fffd}abcdefghijklmnopqrstuvwxyz"),
        ("\\\"\\\\\\/\\b\\f\\n\\r\\t", "\"\\/\u{8}\u{c}\n\r\t"), ("\\u0000\\u001F\\u007f\\u07ff\\u0800\\uffff", "\u{0}\u{1f}\u{7f}\u{7ff}\u{800}\u{ffff}"),
        ("plain", "plain"), ("\\\\u0041", "\\u0041"), ("\\uDBFF\\uDFFF", "\u{10ffff}"),
    ])
    func unescapes(source: String, text: String) throws {
        var parser = JSONParser()
        try parser.withTape(Array("[0,\"\(source)\",{\"\(source)\":\"\(source)\"}]".utf8)) { tape in
            #expect(Array(tape.text(2)) == Array(text.utf8))
            #expect(Array(tape.key(4)) == Array(text.utf8))
            #expect(Array(tape.text(4)) == Array(text.utf8))
        }
    }

    @Test func hashesNamesAsItsOwnFunctionDoes() throws {
        let names = (0..<80).map { String(repeating: "x", count: $0) }
        let document = "{" + names.map { "\"\($0)\":0" }.joined(separator: ",") + "}"
        var parser = JSONParser()
        try parser.withTape(Array(document.utf8)) { tape in
            var seen: Set<UInt64> = []
            for (index, name) in names.enumerated() {
                var name = name
                let hash = name.withUTF8 { JSONTape.hash(UnsafeRawBufferPointer($0)) }
                #expect(tape.keyHash(index + 1) == hash)
                seen.insert(hash)
            }
            #expect(seen.count == names.count)
        }
    }

    @Test(arguments: [
        ("{ \"a\" : [ 1.0 , 1e999, -0 ] }", "{\"a\":[1.0,1e999,-0]}"), ("\"\\u0041\\/\\u001f\\u007f\\ud83d\\ude00\"", "\"A/\\u001f\u{7f}\u{1f600}\""),
        ("[ { } , [ ] , true,false , null ]", "[{},[],true,false,null]"), ("\"\\b\\f\\n\\r\\t\\\"\\\\\"", "\"\\b\\f\\n\\r\\t\\\"\\\\\""),
    ])
    func writesCanonicalJSON(source: String, canonical: String) throws {
        var parser = JSONParser()
        var writer = JSONWriter()
        try parser.withTape(Array(source.utf8)) { $0.write(0, to: &writer) }
        #expect(String(decoding: writer.bytes, as: UTF8.self) == canonical)
        let value = try JSONValue(parsing: Array(source.utf8))
        #expect(value.bytes == writer.bytes)
        #expect(try JSONValue(parsing: writer.bytes) == value)
    }

    @Test func parsesOneAfterAnotherWithOneParser() throws {
        var parser = JSONParser()
        let large = Array(("[" + (0..<300_000).map { "{\"k\(String($0))\":\"\\u00e9\"}" }.joined(separator: ",") + "]").utf8)
        for _ in 0..<3 {
            #expect(try parser.withTape(large) { $0.childCount(0) } == 300_000)
            #expect(try parser.withTape(Array("[7]".utf8)) { $0.string(1) } == "7")
            #expect(throws: JSONError.self) { try parser.withTape(Array("[7".utf8)) { _ in } }
            parser.trim()
        }
    }
}
