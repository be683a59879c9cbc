import FindingModel
import Testing

struct RecordFacetsTests {
    @Test func readsWhatRoutesAskFor() throws {
        let finding = try RecordFacets(parsing: Record.finding(Samples.fullFinding).json)
        #expect(finding.status == "false_positive")
        #expect(finding.severity == .high)
        #expect(Set(finding.labels) == ["prod", "équipe", "l"])
        #expect(finding.resources == ["u", "n", "h.example", "192.0.2.1", "https://h.example/p"])
        let scan = try RecordFacets(parsing: Record.scan(Samples.fullScan).json)
        #expect(scan.status == "completed")
        #expect(scan.severity == nil)
        #expect(scan.resources == ["a", "b"])
        let notice = try RecordFacets(parsing: Record.notice(Samples.fullNotice).json)
        #expect(notice.status == "")
        #expect(notice.resources == finding.resources)
        #expect(notice.labels == ["l"])
    }

    @Test func takesAnyObject() throws {
        let odd = RawJSON(
            bytes: Array("{\"labels\":{\"a\":1},\"resources\":[7,{\"name\":{},\"labels\":7}],\"severity\":3,\"scope\":[],\"resource\":null}".utf8))
        let facets = try RecordFacets(parsing: odd), none = try RecordFacets(parsing: RawJSON(bytes: Array("{}".utf8)))
        #expect(facets == none)
        #expect(none.status == "" && none.severity == nil && none.labels.isEmpty && none.resources.isEmpty)
        #expect(throws: RecordError.self) { try RecordFacets(parsing: RawJSON(bytes: Array("{".utf8))) }
    }
}
