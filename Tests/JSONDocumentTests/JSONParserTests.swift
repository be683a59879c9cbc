import JSONDocument
import Testing

struct JSONParserTests {
    /// The error of parsing `bytes`, or nothing when they are accepted.
    static func refusal(_ bytes: [UInt8], depth: Int = 64) -> JSONError? {
        var parser = JSONParser()
        return bytes.withUnsafeBytes { buffer in
            do throws(JSONError) {
                _ = try parser.parse(buffer, depth: depth)
                return nil
            } catch {
                return error
            }
        }
    }

    static func refusal(_ text: String, depth: Int = 64) -> JSONError? { refusal(Array(text.utf8), depth: depth) }

    @Test(arguments: [
        "[]", "{}", "0", "-0", "-0.0e+00", "1e999", "1000000000000000000000000000000", "123.456E-78", "true", "false", "null", "\"\"", " [ ] ", "\t\r\n{ }\n",
        "[1,2,3]", "{\"a\":{\"b\":[{\"c\":null}]}}", "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD834\\uDD1E\"]", "[\"\u{7f}\u{2028}\u{2029}\"]",
        "[\"\u{10ffff}\"]",
        "[\"\\u0000\"]", "[\"\\uD800\"]", "[\"\\uDC00\\uD800\"]", "{\"\":0}", "{\"a\":1,\"A\":2}", "[[],[],{}]", "[true , false]", "1 ", "\"a\" ",
    ])
    func accepts(text: String) {
        #expect(Self.refusal(text) == nil)
    }

    @Test(arguments: [
        ("[1", 2), ("[1,", 3), ("[1,]", 3), ("[,1]", 1), ("[1 2]", 3), ("[1]]", 3), ("[1][2]", 3), ("[", 1), ("]", 0), ("{", 1), ("{\"a\"", 4), ("{\"a\":", 5),
        ("{\"a\":1", 6), ("{\"a\":1,", 7), ("{\"a\":1,}", 7), ("{\"a\" 1}", 5), ("{a:1}", 1), ("{1:1}", 1), ("{\"a\":1 \"b\":2}", 7), ("{\"a\":1]", 6),
        ("[1}", 2),
        ("01", 0), ("-", 0), ("+1", 0), ("1.", 0), (".5", 0), ("1e", 0), ("1e+", 0), ("0x10", 0), ("[-01]", 1), ("1_000", 0), ("1a", 0), ("NaN", 0),
        ("Infinity", 0), ("-Infinity", 0), ("tru", 0), ("truex", 0), ("TRUE", 0), ("nul", 0), ("true\"a\"", 0), ("1\"a\"", 0), ("[true\"a\"]", 1), ("'a'", 0),
        ("\"a", 0), ("[\"a", 1), ("[\"a\\\"", 1), ("[\"\\x\"]", 2), ("[\"ab\\u12g4\"]", 4), ("[\"\\u\"]", 2), ("[\"\\\u{e9}\"]", 2), ("[\"a\u{1}\"]", 3),
        ("[\"\n\"]", 2),
        ("\u{0}", 0), ("[1,\u{c}2]", 3), ("[1\u{c}]", 1), ("[1\u{a0}]", 1), ("\u{feff}[]", 0), ("[1]//c", 3), ("/**/[1]", 0), ("\"a\"b", 3), ("\\\"a\"", 0),
    ])
    func refusesSyntax(text: String, offset: Int) {
        let error = Self.refusal(text)
        #expect(error?.code == .syntax)
        #expect(error?.offset == offset)
    }

    @Test(arguments: ["", " ", "\n\t\r  "])
    func refusesNothing(text: String) {
        #expect(Self.refusal(text)?.code == .empty)
    }

    @Test(
        arguments: [
            ([0x5b, 0x22, 0xff, 0x22, 0x5d], 2), ([0x22, 0xc0, 0x80, 0x22], 1), ([0x22, 0xed, 0xa0, 0x80, 0x22], 1), ([0x22, 0xf4, 0x90, 0x80, 0x80, 0x22], 1),
            ([0x22, 0xe2, 0x82, 0x22], 1), ([0xfe, 0xff], 0), ([0x22, 0x61, 0xc3], 2), ([0x5b, 0x5d, 0x80], 2), ([0xc3, 0x28], 0),
        ] as [([UInt8], Int)])
    func refusesWhatIsNotUTF8(bytes: [UInt8], offset: Int) {
        let error = Self.refusal(bytes)
        #expect(error?.code == .invalidUTF8)
        #expect(error?.offset == offset)
    }

    @Test func findsInvalidUTF8FarInsideALongText() {
        var bytes = Array("[\"".utf8) + [UInt8](repeating: 0x61, count: 100_000) + Array("\"]".utf8)
        bytes[77_777] = 0xc1
        #expect(Self.refusal(bytes)?.code == .invalidUTF8)
        #expect(Self.refusal(bytes)?.offset == 77_777)
    }

    @Test(arguments: [
        ("{\"a\":1,\"a\":1}", 7), ("{\"a\":1,\"\\u0061\":2}", 7), ("{\"b\":0,\"a\":{\"c\":{\"d\":1}},\"b\":[]}", 25),
        ("[{\"x\":{\"y\":1,\"z\":2,\"y\":3}}]", 19),
        ("{\"\":1,\"\":2}", 6), ("{\"\\uD800\":1,\"\\uDfff\":2}", 12),
    ])
    func refusesARepeatedName(text: String, offset: Int) {
        let error = Self.refusal(text)
        #expect(error?.code == .duplicateKey)
        #expect(error?.offset == offset)
    }

    @Test(arguments: [17, 100, 5000]) func findsTheRepeatedNameInAWideObject(width: Int) {
        let distinct = (0..<width).map { "\"k\($0)\":{\"k0\":\($0)}" }
        #expect(Self.refusal("{" + distinct.joined(separator: ",") + "}") == nil)
        let text = "{" + (distinct + ["\"k3\":0", "\"k5\":0"]).joined(separator: ",") + "}"
        let error = Self.refusal(text)
        #expect(error?.code == .duplicateKey)
        #expect(error?.offset == text.utf8.count - "\"k3\":0,\"k5\":0}".utf8.count)
    }

    @Test func readsHalfAMillionNamesInOneObject() {
        var text: [UInt8] = [UInt8(ascii: "{")]
        for index in 0..<500_000 {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            text.append(contentsOf: "\"\(index)\":0".utf8)
        }
        let repeated = text + Array(",\"499999\":0}".utf8)
        text.append(UInt8(ascii: "}"))
        let clock = ContinuousClock()
        let time = clock.measure { #expect(Self.refusal(text) == nil) }
        // Comparing each with each takes minutes.
        #expect(time < .seconds(5))
        #expect(Self.refusal(repeated)?.code == .duplicateKey)
    }

    @Test(arguments: [("[", "]"), ("{\"a\":", "}")]) func refusesWhatIsDeeperThanAllowed(opening: String, closing: String) {
        func nested(_ depth: Int) -> String { String(repeating: opening, count: depth) + "0" + String(repeating: closing, count: depth) }
        #expect(Self.refusal(nested(64)) == nil)
        #expect(Self.refusal(nested(65))?.code == .tooDeep)
        #expect(Self.refusal(nested(65))?.offset == 64 * opening.utf8.count)
        #expect(Self.refusal(nested(2), depth: 1)?.code == .tooDeep)
        #expect(Self.refusal(nested(JSONParser.maximumDepth), depth: .max) == nil)
        #expect(Self.refusal(nested(JSONParser.maximumDepth + 1), depth: .max)?.code == .tooDeep)
    }

    @Test func survivesAHundredThousandBrackets() {
        #expect(Self.refusal(String(repeating: "[", count: 100_000))?.code == .tooDeep)
        #expect(Self.refusal(String(repeating: "{\"a\":", count: 100_000))?.code == .tooDeep)
        #expect(Self.refusal("7", depth: 0) == nil)
        #expect(Self.refusal("[]", depth: 0)?.code == .tooDeep)
    }

    @Test func refusesMoreThanItsLimit() {
        var bytes = [UInt8](repeating: UInt8(ascii: " "), count: JSONParser.maximumLength + 1)
        bytes[0] = UInt8(ascii: "0")
        #expect(Self.refusal(bytes)?.code == .tooLarge)
        bytes.removeLast()
        #expect(Self.refusal(bytes) == nil)
    }
}
