import FindingModel
import JSONDocument
import State
import Testing

@testable import Console

/// What is asked of the API must be said in full: nothing unknown, missing, empty or of the wrong kind is passed over.
struct RequestBodyTests {
    private static func body(_ text: String, who: String? = nil) throws(OperatorError) -> RequestBody {
        try RequestBody(OperatorRequest(.post, ["v1"], body: Array(text.utf8), who: who), knows: ["name", "ids", "all", "from", "rate"])
    }

    @Test func whatIsThereIsRead() throws {
        let body = try Self.body(#"{"name":"a","ids":["1","2"],"all":true,"from":"2026-03-02T10:00:00.000Z","rate":"7","who":"me"}"#)
        #expect(try body.text("name") == "a" && body.texts("ids") == ["1", "2"] && body.flag("all"))
        #expect(try body.bound("from") == ReceiptBound("2026-03-02T10:00:00.000Z") && body.number("rate", in: 1...10) == 7)
        #expect(try body.who() == "me")
        #expect(try Self.body("{}", who: "alice").who() == "alice")
        let empty = try Self.body("{}")
        #expect(try empty.optionalText("name") == nil && empty.texts("ids") == nil && !empty.flag("all") && empty.who() == "unknown")
    }

    @Test(arguments: ["", "[]", "null", "\"a\"", "{", #"{"other":1}"#, #"{"Ids":["1"]}"#, #"{"name":"a","name":"b"}"#, #"{"ids":["1"],"extra":null}"#])
    func whatIsNoObjectOfKnownMembersIsRefused(text: String) {
        #expect(throws: OperatorError.self) { try Self.body(text) }
    }

    @Test func overTCPNobodyNamesAnother() {
        #expect(throws: OperatorError.self) { try Self.body(#"{"who":"bob"}"#, who: "alice") }
    }

    @Test(arguments: [#""abc""#, "[]", "[1]", "null", "[\"1\",null]", "[\"\"]", "{}", "true", "[[\"1\"]]"]) func aListIsOfTextsAndNotEmpty(value: String) throws
    {
        let body = try Self.body("{\"ids\":\(value)}")
        #expect(throws: OperatorError.self) { try body.texts("ids") }
    }

    @Test(arguments: ["\"\"", "1", "null", "[]", "true"]) func aTextIsATextAndNotEmpty(value: String) throws {
        let body = try Self.body("{\"name\":\(value),\"from\":\(value),\"who\":\(value)}")
        #expect(throws: OperatorError.self) { try body.optionalText("name") }
        #expect(throws: OperatorError.self) { try body.bound("from") }
        #expect(throws: OperatorError.self) { try body.who() }
    }

    @Test(arguments: ["\"true\"", "1", "null", "[]"]) func aFlagIsTrueOrFalse(value: String) throws {
        let body = try Self.body("{\"all\":\(value)}")
        #expect(throws: OperatorError.self) { try body.flag("all") }
    }

    @Test(arguments: ["7", "\"0\"", "\"11\"", "\"+7\"", "\"07\"", "\"7.0\"", "\"99999999999999999999\"", "\" 7\"", "null"]) func aNumberIsTextWithinItsRange(
        value: String
    ) throws {
        let body = try Self.body("{\"rate\":\(value)}")
        #expect(throws: OperatorError.self) { try body.optionalNumber("rate", in: 1...10) }
    }

    @Test func whatTakesNothingTakesAnEmptyBody() {
        for text in ["", "{}", #"{"who":"me"}"#] {
            #expect(throws: Never.self) { try RequestBody.checkEmpty(OperatorRequest(.post, ["v1"], body: Array(text.utf8))) }
        }
        for text in ["[]", "x", #"{"a":1}"#] {
            #expect(throws: OperatorError.self) { try RequestBody.checkEmpty(OperatorRequest(.post, ["v1"], body: Array(text.utf8))) }
        }
    }
}
