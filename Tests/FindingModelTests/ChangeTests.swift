import FindingModel
import JSONDocument
import Testing

struct ChangeTests {
    @Test func isACloudEvent() throws {
        let record = Record.notice(Samples.smallNotice)
        let change = Change(
            sequence: 18_446_744_073_709_551_615, id: "abcd0123-42-1", type: "notice.other", source: "/sources/shop", subject: record.uid, time: Samples.time,
            receivedTime: Samples.time.advanced(byMilliseconds: 5), kind: .notice, data: record.json)
        #expect(
            String(decoding: change.cloudEventJSON, as: UTF8.self)
                == """
                {"specversion":"1.0","id":"abcd0123-42-1","source":"/sources/shop","type":"notice.other","subject":"n_0123456789abcdef0123456789abcdef",\
                "time":"2026-03-02T10:00:00.000Z","datacontenttype":"application/json","dataschema":"urn:weir:notice:1",\
                "sequence":"18446744073709551615","receivedtime":"2026-03-02T10:00:00.005Z","data":\(record.json.text)}
                """)
        var late = change
        late.isLate = true
        #expect(String(decoding: late.cloudEventJSON, as: UTF8.self).contains(#""receivedtime":"2026-03-02T10:00:00.005Z","late":true,"data":"#))
        var writer = JSONWriter()
        change.cloudEvent(to: &writer)
        writer.newline()
        change.cloudEvent(to: &writer)
        let lines = writer.bytes.split(separator: UInt8(ascii: "\n"))
        #expect(lines.map { Array($0) } == [change.cloudEventJSON, change.cloudEventJSON])
    }
}
