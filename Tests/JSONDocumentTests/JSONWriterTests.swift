import JSONDocument
import Testing

struct JSONWriterTests {
    @Test func putsCommasWhereTheyBelong() {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("a")
        writer.beginArray()
        writer.integer(.min)
        writer.unsigned(.max)
        writer.number(verbatim: "1.50")
        writer.beginObject()
        writer.endObject()
        writer.beginArray()
        writer.endArray()
        writer.bool(true)
        writer.bool(false)
        writer.null()
        writer.raw(Array("{\"x\":1}".utf8))
        writer.string("é")
        writer.endArray()
        writer.key("b" + "\"")
        writer.integer(0)
        writer.endObject()
        writer.newline()
        writer.unsigned(10)
        #expect(
            String(decoding: writer.bytes, as: UTF8.self)
                == "{\"a\":[-9223372036854775808,18446744073709551615,1.50,{},[],true,false,null,{\"x\":1},\"é\"],\"b\\\"\":0}\n10")
        writer.removeAll()
        writer.null()
        #expect(writer.bytes == Array("null".utf8))
    }

    @Test func escapesEveryByteThatMustBeAndNoOther() throws {
        for length in [0, 1, 15, 16, 17, 40] {
            for byte in UInt8.min...0x7f {
                let text = String(repeating: "x", count: length) + String(UnicodeScalar(byte)) + String(repeating: "é", count: length)
                var writer = JSONWriter()
                writer.string(text)
                let mustEscape = byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
                #expect((writer.bytes.count > text.utf8.count + 2) == mustEscape)
                #expect(try JSONValue(parsing: writer.bytes) == .string(text))
            }
        }
    }

    @Test(arguments: [-1, 0, 1, 2, 5, 64, 512, 200_000]) func writesTheSameWhateverRoomItBeginsWith(capacity: Int) {
        var writer = JSONWriter(capacity: capacity)
        writer.beginObject()
        var expected = "{"
        for length in [0, 1, 31, 63, 64, 500, 70_000, 200_000] {
            let text = String(repeating: "x", count: length)
            writer.key("text")
            writer.string(text)
            expected += "\(length == 0 ? "" : ",")\"text\":\"\(text)\""
            #expect(writer.count == expected.utf8.count)
        }
        var other = writer
        other.endObject()
        writer.endObject()
        writer.reopenObject()
        writer.key("more")
        writer.null()
        writer.endObject()
        #expect(other.bytes == Array((expected + "}").utf8))
        #expect(writer.bytes == Array((expected + ",\"more\":null}").utf8))
    }
}
