import JSONDocument
import Testing

@testable import weir

struct PrintableJSONTests {
    @Test(arguments: [
        (#"{"a":"plain å 漢 🙂"}"#, #"{"a":"plain å 漢 🙂"}"#),
        ("\"\u{9b}31m\u{7f}\u{85}\"", #""\u009b31m\u007f\u0085""#),
        ("\"a\u{202e}b\u{2066}c\u{2069}\u{200f}\u{61c}\"", #""a\u202eb\u2066c\u2069\u200f\u061c""#),
        ("\"\u{2028}\u{2029}\u{feff}\u{200b}\"\n", #""\u2028\u2029\ufeff\u200b""# + "\n"),
        ("\"\u{e0041}\"", #""\udb40\udc41""#),
    ]) func nothingInItReachesATerminalAsACommand(json: String, shown: String) throws {
        let escaped = PrintableJSON.escaped(Array(json.utf8))
        #expect(String(decoding: escaped, as: UTF8.self) == shown)
        #expect(try JSONValue(parsing: escaped) == JSONValue(parsing: Array(json.utf8)))
    }
}
